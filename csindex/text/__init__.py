"""Words, numbers and blocks of text, in English and Korean."""
