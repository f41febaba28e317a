"""Rule packs: the law as data, one TOML file each, every row with its article."""
