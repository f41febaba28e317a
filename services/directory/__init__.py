"""The directory that comes with the system: categories, functions of organs, powers, lexicon. Data only."""
