"""Indices that are not structural models, weights recovered from published scores, grades."""
