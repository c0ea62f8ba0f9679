"""Catalogues of sentences, English and Korean side by side."""
