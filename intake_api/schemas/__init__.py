"""The shapes that travel: what is accepted, and what is answered."""
