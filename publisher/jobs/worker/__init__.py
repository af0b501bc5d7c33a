"""What runs by the clock: the table of jobs, and the rounds that keep everything going."""
