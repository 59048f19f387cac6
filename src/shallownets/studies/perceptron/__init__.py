"""A logistic perceptron whose norm is fixed, or grows by itself: laws of learning curves (arXiv:2505.13230)."""
