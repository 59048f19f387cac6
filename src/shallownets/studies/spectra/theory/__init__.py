"""Predictions: functions of the parameters alone."""
