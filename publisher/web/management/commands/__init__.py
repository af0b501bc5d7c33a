"""`user_add`: an account for the desk."""
