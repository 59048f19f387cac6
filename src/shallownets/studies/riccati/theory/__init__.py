"""Theory: what the paper and its extensions predict, from the model alone."""
