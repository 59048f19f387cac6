"""Predictions: when a direction is learned, by which neuron, and the laws that follow for the loss."""
