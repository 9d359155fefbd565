"""The checks of boundary files, before they are trusted."""
