"""Tests of the study perceptron."""
