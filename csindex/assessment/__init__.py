"""Judging a model and comparing groups: what the estimates allow one to say."""
