"""Calls of language models: requests, the ledger of every attempt, plans and budgets, and three ways to send them."""
