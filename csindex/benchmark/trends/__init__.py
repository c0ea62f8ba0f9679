"""Aggregates, waves and pooled measurement models."""
