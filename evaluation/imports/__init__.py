"""Answers from other evaluation kits: each module turns what one kit writes into lines `{"id", "index", "output"}`."""
