"""One self-contained page about a score table: the table, what the controls leave of it, and every answer behind it."""
