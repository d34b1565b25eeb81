"""Audit of any release: what is wrong with files of Mantis or LLaVA form, and what train and benchmark share.

Read `audit` first (the whole story), then `kinds` (what is looked for); `command` is the `audit` sub-command. One module reads
image paths (`image_paths`), one the printed options (`option_lists`), one each holds a family of checks (`*_checks`,
`sameness`), and `overlap`, `priors` and `units` count over all records.

Example:
    >>> from pipelines.audit.kinds import Kind
    >>> Kind.LETTER_GAP.value
    'letter_gap'
"""
