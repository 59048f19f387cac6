"""Measurements: from trajectories to tables."""
