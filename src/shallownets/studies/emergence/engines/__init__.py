"""Ways to simulate: the population flow, exact or deflated or decoupled, and SGD, as a chain or in all dimensions."""
