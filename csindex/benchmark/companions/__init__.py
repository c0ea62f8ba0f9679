"""Shares, rates and times that are published beside an index."""
