"""Every table that is read: its cells, headings, rows and faults."""
