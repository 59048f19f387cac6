"""Engines: from a start to a trajectory. They know nothing of files."""
