"""Ways to train: certified minima of both convex problems, and descent on the weights themselves."""
