"""Means and covariances of the items, from answers of every kind."""
