"""The command line: one module per group of commands; it wires, runs, reports and sets the exit status."""
