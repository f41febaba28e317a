"""Use cases: one async function for each act of a person or a timer."""
