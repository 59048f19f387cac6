"""One BLAS thread in every benchmark, as in the project: the package says so, and must before NumPy is imported."""

import shallownets  # noqa: F401
