"""Items, constructs, paths, models, and the ready-made models."""
