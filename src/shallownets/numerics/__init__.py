"""What every study computes with: random streams, statistics, integration, compiled kernels."""
