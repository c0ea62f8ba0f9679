"""Metrics beside the index: net promoter score, customer effort, rates, handling times."""
