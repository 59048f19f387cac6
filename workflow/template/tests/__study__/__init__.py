"""Tests of the study __study__."""
