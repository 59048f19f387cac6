"""Numbers taken from trained weights and from curves."""
