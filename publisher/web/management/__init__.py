"""Commands of ours among Django's own."""
