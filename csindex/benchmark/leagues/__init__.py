"""Leagues: ranks of units with confidence sets."""
