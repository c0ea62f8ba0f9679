"""Composite indices with set weights, weights recovered from published scores, and grades."""
