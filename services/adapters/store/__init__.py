"""The database: tables, the mapping of domain values to rows, and units of work."""
