"""Companion metrics of an index: net promoter score, customer effort, rates, handling times."""
