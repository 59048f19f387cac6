"""Quadratic networks whose teacher width grows with the dimension: matrix Riccati dynamics (arXiv:2508.03688)."""
