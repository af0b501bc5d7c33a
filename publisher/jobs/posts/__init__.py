"""How posts come in: sources asked, documents read, pictures looked after, posts written at the desk."""
