"""A self-evaluation as an activity with results after IATI 2.03: the form's values in, XML out."""

from perf.documents.iati.activity import iati_xml

__all__ = ["IATI_LABEL", "IATI_MIME_TYPE", "iati_xml"]

IATI_LABEL = "IATI 2.03（XML）"
IATI_MIME_TYPE = "application/xml"
