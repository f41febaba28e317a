"""Faults that it must survive, on real processes: what callers were told, against what is there."""
