"""What a published file may hold, and what can be read in it."""
