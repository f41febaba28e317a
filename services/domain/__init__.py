"""The law and the rules: standard library only, synchronous, no clock and no I/O."""
