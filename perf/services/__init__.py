"""Every change: verb_object functions taking `session` and `actor`; they never commit."""
