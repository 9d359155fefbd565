"""From cells to columns: the grid, headings, what columns hold, their values."""
