"""What is wrong with answers before a fit."""
