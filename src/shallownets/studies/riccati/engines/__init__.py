"""Engines: from a start to directions in time, by the exact solution or by SGD. They know nothing of files."""
