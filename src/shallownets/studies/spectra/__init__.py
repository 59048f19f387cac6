"""Scaling laws and spectra of shallow networks that learn features, at the minimum of their risk (arXiv:2509.24882)."""
