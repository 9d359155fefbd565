"""What the rows of a table say of places: levels, p-codes, spellings, countries."""
