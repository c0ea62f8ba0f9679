"""Leagues, ranks, aggregates, trends and other indices of many units."""
