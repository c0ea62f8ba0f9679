"""Checks of answers before a fit."""
