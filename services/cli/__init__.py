"""The command `xinfang`: an entry point like the API; nothing imports it."""
