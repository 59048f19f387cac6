"""One module a figure: ``draw`` makes it from its table alone."""
