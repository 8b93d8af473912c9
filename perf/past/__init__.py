"""A past day: what the tables said at its end, as a small SQLite file that the pages run over."""

from perf.past.copies import copy_of, engine_of
from perf.past.days import MOST_UNITS, end_of, first_day, is_small

__all__ = ["MOST_UNITS", "copy_of", "end_of", "engine_of", "first_day", "is_small"]
