"""A map on paper: one sheet, its frames, names, insets and what stands around them."""
