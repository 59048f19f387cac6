"""shallownets: papers on the learning dynamics of shallow networks, reproduced with one command."""

import os
import sys
import time

STARTED = time.time()  # when the first line of this package ran
# Every matrix here is small. One BLAS thread is the fastest choice, and sums then do not
# depend on how many cores a machine has. It must be said before NumPy is first imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Figures here are files. A notebook tells every command it starts to draw into it, by a module that may not be here.
if "ipykernel" not in sys.modules:
    os.environ["MPLBACKEND"] = "agg"
