"""Place names made comparable: their letters, scripts and words for kinds of places."""
