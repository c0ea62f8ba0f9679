"""The door: from a model and answers to a result with tables."""
