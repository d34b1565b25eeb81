"""The rules that `evaluation.choice` applies in order; each reads one kind of wording and leaves the rest to the next."""
