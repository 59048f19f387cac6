"""Estimators: from errors against time to numbers with intervals."""
