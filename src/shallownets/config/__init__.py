"""The values of a run: what each parameter may be and means, what a file or a command line says of it."""
