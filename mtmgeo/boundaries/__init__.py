"""Boundary sets of countries: read, kept as packs, asked by name and by point."""
