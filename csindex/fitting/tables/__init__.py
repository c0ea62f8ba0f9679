"""Tables of a fit."""
