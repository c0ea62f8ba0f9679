"""Replicates of moments, and intervals from them."""
