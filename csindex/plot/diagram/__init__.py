"""Layout of path diagrams."""
