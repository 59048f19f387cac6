"""shallownets: papers on the learning dynamics of shallow networks, reproduced with one command."""

import os

# Every matrix here is small. One BLAS thread is the fastest choice, and sums then do not
# depend on how many cores a machine has. It must be said before NumPy is first imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
