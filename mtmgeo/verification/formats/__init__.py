"""One format a file: how the disclaimer is found in it, and what else is there."""
