"""Answers, their weights and their sampling design."""
