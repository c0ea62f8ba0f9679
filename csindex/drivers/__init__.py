"""Driver analysis: what matters and what to do first."""
