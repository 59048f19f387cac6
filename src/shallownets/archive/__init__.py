"""Finished results as one file that anyone can check."""
