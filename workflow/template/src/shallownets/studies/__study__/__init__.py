"""One-pass SGD of a single weight on noisy linear data: how its error falls, and how far it stays from zero."""
