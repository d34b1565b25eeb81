"""The figures that may stand together, numbered so that a partner is found by arithmetic instead of by a search.

A pool holds the figures of one split and modality (unknown with unknown); one that several articles print stands once.
Within it figures stand in shuffled order, those of one person side by side: whoever is asked about, the others are one
unbroken ring of places, and a number drawn from 0 to its length - 1 always names a partner, each equally likely. A person is
an article, or all articles that share a figure.

Example:
    >>> FIGURES.count("CREATE TEMP TABLE")
    1
"""

FIGURES = """
CREATE TEMP TABLE figures AS
WITH placed AS (
    SELECT unique_images.*, splits.person_id, coalesce(modality, '') AS kind,
        row_number() OVER (
            PARTITION BY splits.split, coalesce(modality, '')
            ORDER BY shuffled(person_id), person_id, shuffled(image_id), image_id
        ) - 1 AS place
    FROM unique_images JOIN splits ON splits.subject_id = unique_images.subject_id
)
SELECT image_id, subject_id, study_id, split, kind, place,
    count(*) OVER pool AS pool_size,
    min(place) OVER person AS first_place,
    count(*) OVER person AS n_own
FROM placed
WINDOW pool AS (PARTITION BY split, kind), person AS (PARTITION BY split, kind, person_id);
"""
