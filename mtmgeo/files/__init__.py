"""Tables and layers written out, and every result as the bytes of a file."""
