"""Trends over waves, aggregates of units, and pooled measurement models."""
