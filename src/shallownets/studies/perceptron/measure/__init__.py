"""Estimators: from solutions and runs to numbers with intervals."""
