"""Both eyes of each ODIR patient: the photograph of each, what the source says of it, and why a pair cannot be shown.

A photograph is left out (image_quality) where the source says that it does not show the fundus ("no fundus image",
"anterior segment image"), that it does not show the optic disk, without which neither glaucoma nor a normal fundus can be
told, or says nothing but how it came out. Dust on the lens, low quality and an offset do not hide the eye: they stay, as
facts. A photograph with the pixels of another eye's tells of none of the two (repeated_image).

An eye's diagnosis is that of full_df.csv. Where that table is not at hand (data.xlsx speaks of the patient alone), an eye with
the one keyword "normal fundus" is normal, and one with other keywords has the patient's disease if the patient has one only;
two diseases cannot be divided between two eyes. The patient's diagnoses are then among the facts.

What the source says of an eye contradicts itself where it is called normal in the diagnosis or in the keywords, but not in
both, or normal and ill at once.

Example:
    >>> BOTH_EYES.count("CREATE TEMP TABLE")
    2
"""

_EYES = """
CREATE TEMP TABLE eyes AS
WITH said AS (
    SELECT subject_id, target_ids[1] AS side, min(study_id) AS study_id,
        coalesce(list_sort(list(DISTINCT value) FILTER (code = 'eye_diagnosis')), []) AS diagnoses,
        coalesce(list_sort(list(DISTINCT value) FILTER (code = 'keyword')), []) AS keywords,
        coalesce(list_sort(list(DISTINCT value) FILTER (code = 'image_quality')), []) AS quality
    FROM labels
    WHERE target = 'eye'
    GROUP BY ALL
), patients AS (
    SELECT subject_id, list_sort(list(DISTINCT value)) AS diseases
    FROM labels WHERE target = 'subject' AND code = 'diagnosis' AND value <> 'normal'
    GROUP BY ALL
), diagnosed AS (
    SELECT said.* REPLACE (
        CASE WHEN len(diagnoses) > 0 THEN diagnoses
             WHEN keywords = ['normal fundus'] THEN ['normal']
             WHEN len(keywords) > 0 AND NOT list_contains(keywords, 'normal fundus') AND len(diseases) = 1 THEN diseases
             ELSE [] END AS diagnoses
    )
    FROM said LEFT JOIN patients USING (subject_id)
), shown AS (
    SELECT images.subject_id, images.laterality AS side, min(images.study_id) AS study_id,
        min(usable_images.image_id) AS image_id,
        min(usable_images.image_id) IS NULL AND bool_or(contested_images.image_id IS NOT NULL) AS is_repeated
    FROM images
    LEFT JOIN usable_images ON usable_images.image_id = coalesce(images.duplicate_of, images.image_id)
        AND usable_images.subject_id = images.subject_id AND usable_images.laterality = images.laterality
    LEFT JOIN contested_images ON contested_images.image_id = coalesce(images.duplicate_of, images.image_id)
    WHERE images.laterality IS NOT NULL
    GROUP BY ALL
)
SELECT subject_id, side, coalesce(shown.study_id, diagnosed.study_id) AS study_id,
    image_id, coalesce(is_repeated, false) AS is_repeated,
    coalesce(diagnoses, []) AS diagnoses, coalesce(keywords, []) AS keywords,
    list_has_any(quality, ['no fundus image', 'anterior segment image', 'optic disk photographically invisible'])
        OR (len(quality) > 0 AND len(keywords) = 0) AS is_unfit,
    (list_contains(diagnoses, 'normal') AND len(diagnoses) > 1)
        OR (list_contains(keywords, 'normal fundus') AND len(keywords) > 1)
        OR (len(keywords) > 0 AND list_contains(diagnoses, 'normal') <> list_contains(keywords, 'normal fundus'))
        AS is_contradictory
FROM diagnosed FULL JOIN shown USING (subject_id, side);
"""
_PAIRS = """
CREATE TEMP TABLE both_eyes AS
SELECT subject_id, splits.split, [coalesce(l.study_id, r.study_id)] AS unit_studies,
    [l.image_id, r.image_id] AS image_ids, ['left_eye', 'right_eye'] AS roles,
    CASE WHEN l.is_repeated OR r.is_repeated THEN 'repeated_image'
         WHEN l.image_id IS NULL AND r.image_id IS NULL THEN 'image_not_at_hand'
         WHEN l.image_id IS NULL OR r.image_id IS NULL THEN 'no_partner'
         WHEN l.is_unfit OR r.is_unfit THEN 'image_quality' END AS pair_fate
FROM (SELECT * FROM eyes WHERE side = 'L') AS l
FULL JOIN (SELECT * FROM eyes WHERE side = 'R') AS r USING (subject_id)
LEFT JOIN splits USING (subject_id);
"""
BOTH_EYES = _EYES + _PAIRS

EYE_FACTS = """
SELECT anchor, image_index, labels.study_id AS said_by, code, value
FROM members
JOIN labels ON labels.subject_id = members.subject_id AND labels.target = 'eye' AND labels.target_ids[1] = members.laterality
WHERE code IN ('keyword', 'eye_diagnosis', 'image_quality')
UNION ALL
SELECT anchor, image_index, labels.subject_id, code, value
FROM members JOIN labels ON labels.subject_id = members.subject_id AND labels.target = 'subject' AND labels.code = 'diagnosis'
WHERE NOT EXISTS (
    FROM labels AS own
    WHERE own.subject_id = members.subject_id AND own.code = 'eye_diagnosis' AND own.target_ids[1] = members.laterality
)
"""
"""All that the source says of either eye: what else an eye shows must be known where wrong options are chosen."""
