"""Human review: an append-only ledger of decisions, the plan that they must fulfil, and the commands that write them.

Read `decisions` (one decision), `ledger` (where they are kept), `standing` (which of them count), `plan` (what they
must fulfil), `command` (what a reviewer types).
"""
