"""Pictures of figures as SVG, each with its numbers as a table."""
