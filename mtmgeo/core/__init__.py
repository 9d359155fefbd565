"""What everything stands on: the disclaimer, errors in words, files that appear whole."""
