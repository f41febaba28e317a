"""The national table of regions and our dated table of changes; data only."""
