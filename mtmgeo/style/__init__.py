"""Colours, class breaks and the words of each language."""
