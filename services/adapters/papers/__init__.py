"""Papers set as PDF, with the typst templates beside this file."""
