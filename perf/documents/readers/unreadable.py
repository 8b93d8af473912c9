"""The refusal of a file that cannot be read at all."""

from perf.core.errors import InvalidInput


class UnreadableDocument(InvalidInput):
    """The file cannot be read at all; the message says why and what to do."""
