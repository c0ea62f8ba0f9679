"""Formats of a report: HTML, Word, LaTeX, Markdown, Excel."""
