"""Append-only ledgers in SQLite: their kinds, how a file is opened, and what every open ledger can do."""
