"""An edition on its way: each person once, what became of each message, and what happens when something breaks."""
