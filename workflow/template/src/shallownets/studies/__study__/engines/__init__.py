"""Ways from a start to errors against time."""
