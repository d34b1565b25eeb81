r"""The films that a pair can name, and how two of them stand in time.

Films of one study with equal pixels are shown by the first of them. A picture that two studies claim was filed wrongly in one
of them, and which visit it shows cannot be told: neither study's film has `is_of_one_study`.

Example:
    >>> FILMS.count("CREATE TEMP TABLE")
    1
"""

FILMS = """
CREATE TEMP TABLE films AS
SELECT images.source_image_id, images.study_id, unique_images.image_id, unique_images.visit, unique_images.day,
    min(images.study_id) OVER same_pixels = max(images.study_id) OVER same_pixels AS is_of_one_study
FROM images
JOIN unique_images ON unique_images.image_id = coalesce(images.duplicate_of, images.image_id)
WINDOW same_pixels AS (PARTITION BY unique_images.image_id)
QUALIFY row_number() OVER (PARTITION BY images.source_image_id ORDER BY images.image_id) = 1;
"""
