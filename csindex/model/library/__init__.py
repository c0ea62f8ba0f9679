"""The ready-made models, one file each, which cites its source and says what of it is certain."""
