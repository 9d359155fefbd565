"""Inhabitants by unit, from tables and rasters."""
