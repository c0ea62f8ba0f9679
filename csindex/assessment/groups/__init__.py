"""Differences between groups, and measurement invariance."""
