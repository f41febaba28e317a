"""The world: the only place with SQL, Redis, HTTP clients, files and cryptography."""
