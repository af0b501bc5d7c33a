"""Lists of people: read, looked at, taken in, each row that cannot be taken kept with its reason."""
