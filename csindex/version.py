"""The version, for what is written down beside a result."""

__version__ = "0.1.0"
