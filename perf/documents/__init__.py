"""Documents in and out: readers give drafts with findings, forms give files."""
