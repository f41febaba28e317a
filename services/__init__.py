"""The petition system's core: the law, the use cases and the world around them."""
