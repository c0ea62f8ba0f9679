"""Files of answers, read with what they say of their columns."""
