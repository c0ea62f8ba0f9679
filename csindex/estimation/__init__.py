"""The PLS iteration and the structural model, on stacks of moments."""
