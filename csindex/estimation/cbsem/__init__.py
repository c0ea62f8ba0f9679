"""Covariance structure models (CB-SEM)."""
