"""Simulated answers with known truth."""
