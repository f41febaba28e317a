"""Queue and time: what runs because a job or a moment came, not because somebody asked."""
