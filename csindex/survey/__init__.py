"""Answers, their sampling design, moments and replicates of moments."""
