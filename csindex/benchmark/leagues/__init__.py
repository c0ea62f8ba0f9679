"""Ranks that admit what they cannot tell apart."""
