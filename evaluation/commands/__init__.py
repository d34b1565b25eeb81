"""What a user types: each sub-command in a module of its name, what several share, and what they print."""
