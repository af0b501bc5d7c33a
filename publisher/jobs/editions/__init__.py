"""Editions: made of posts, changed, tried, approved, corrected."""
