"""What all pictures share: canvas, style, labels."""
