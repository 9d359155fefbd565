"""What a map says: its classes, words and parts, decided once for paper and page."""
