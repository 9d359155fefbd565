"""The builder of the embedded pack: source figures in, outlines, units and seats out."""
