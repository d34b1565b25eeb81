"""The call ledger's two tables: what was asked, and every attempt at asking it.

Each request's key is a hash of its row, and each attempt carries a hash of its own, so that a change is found by reading.

Example:
    >>> [column.name for column in ATTEMPTS.columns][:3], [column.name for column in REQUESTS.primary_key]
    (['id', 'key', 'endpoint'], ['key'])
"""

import sqlalchemy as sa

from pipelines.append_only.kind import LedgerKind

_TABLES = sa.MetaData()

REQUESTS = sa.Table(
    "requests",
    _TABLES,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("sources", sa.Text, nullable=False),  # JSON list, sorted
    sa.Column("prompt_hash", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),  # as the body names it
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sample_index", sa.Integer, nullable=False),
    sa.Column("added", sa.Text, nullable=False),  # ISO 8601, UTC
    sqlite_strict=True,
)

ATTEMPTS = sa.Table(
    "attempts",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("executor", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("started", sa.Text, nullable=False),
    sa.Column("seconds", sa.REAL, nullable=False),
    sa.Column("http_status", sa.Integer),
    sa.Column("finish_reason", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("detail", sa.Text),
    sa.Column("prompt_tokens", sa.Integer),
    sa.Column("completion_tokens", sa.Integer),
    sa.Column("cost_usd", sa.REAL),
    sa.Column("price_date", sa.Text),
    sa.Column("model_echoed", sa.Text),
    sa.Column("system_fingerprint", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("hash", sa.Text, nullable=False),  # of all columns between `id` and this one
    sa.Index("attempts_by_key", "key", "outcome"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

CALL_LEDGER = LedgerKind(
    "call ledger",
    "you",
    "what was asked and answered stays, append another attempt",
    rows="attempts",
    tables=(REQUESTS, ATTEMPTS),
    is_private=True,  # it holds prompts, and those hold text that only its owner may see
)
