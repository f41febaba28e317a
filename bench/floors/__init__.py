"""What ours is held against: the least that could do the same, each a process or a program of its own."""
