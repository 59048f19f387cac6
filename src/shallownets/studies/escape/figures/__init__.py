"""Figures: each a pure function of its tidy CSV."""
