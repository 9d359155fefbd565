"""Coordinate systems, polygons and their shared edges."""
