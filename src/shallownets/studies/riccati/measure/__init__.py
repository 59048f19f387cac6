"""Measurements: times, exponents and deviations, taken from curves."""
