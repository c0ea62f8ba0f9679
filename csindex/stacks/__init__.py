"""Stacks of matrices: memory layout and linear algebra over the trailing axes."""
