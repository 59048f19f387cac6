"""Ways from examples to students: the minimiser at a fixed norm, the flow of a free one, message passing."""
