"""The review ledger's one table; what keeps it append-only is in `pipelines.append_only`.

Example:
    >>> [column.name for column in DECISIONS.primary_key]
    ['event_id']
"""

import sqlalchemy as sa

from pipelines.append_only.kind import LedgerKind

GENESIS = "0" * 64  # prev_hash of the first event

DECISIONS = sa.Table(
    "decisions",
    sa.MetaData(),
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("item_digest", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, sa.CheckConstraint("verdict IN ('approve', 'reject')"), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("comment", sa.Text),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("is_synthetic", sa.Integer, sa.CheckConstraint("is_synthetic IN (0, 1)"), nullable=False),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.CheckConstraint("(verdict = 'reject') = (reason IS NOT NULL)"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
REVIEW_LEDGER = LedgerKind(
    "review ledger", "a reviewer", "to take a decision back, append another one", rows="events", tables=(DECISIONS,)
)
