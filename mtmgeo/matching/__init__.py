"""Names and codes of a table tied to units, with a reason for each row."""
