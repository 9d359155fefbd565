"""Boundary files as their publishers write them, in one shape."""
