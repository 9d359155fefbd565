"""The bytes of PNG, TIFF, SVG and PDF."""
