"""Counts and indicators by unit, year and group; small counts withheld."""
