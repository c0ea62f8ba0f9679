"""Leagues, trends, aggregates, composite indices, grades and metrics of many units."""
