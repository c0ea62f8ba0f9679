"""Index scores and impacts on the 0-100 scale."""
