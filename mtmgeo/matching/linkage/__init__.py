"""Records linked by their names: candidates, weights of evidence, and what is decided."""
