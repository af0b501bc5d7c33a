"""The jobs: each fixes the order of calls of one piece of work, and decides nothing itself."""
