"""The HTTP face: authentication, problems, paging, routes. It decides nothing itself."""
