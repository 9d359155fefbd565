"""The disclaimer found again in finished files, format by format."""
