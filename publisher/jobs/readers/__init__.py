"""What readers ask for and get: sign-ups, choices, letters, mail that comes back, barriers they report."""
