"""A wide two-layer network learns many tasks, each at a sharp time, all by a power law (arXiv:2504.19983)."""
