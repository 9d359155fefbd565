"""A map on a page: its data, its first view as a drawing, its table and words."""
