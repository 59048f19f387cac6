"""The figures: one module each, from its tidy CSV alone."""
