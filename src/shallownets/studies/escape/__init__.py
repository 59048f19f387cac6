"""Escape dynamics and implicit bias of one-pass SGD in overparameterized quadratic networks (arXiv:2604.03068)."""
