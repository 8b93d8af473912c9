"""A self-evaluation as an activity with results after IATI 2.03: the form's values in, XML out."""

from perf.documents.iati.activity import iati_xml

__all__ = ["iati_xml"]
