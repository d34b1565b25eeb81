"""What all rules of EMBED read: for each examination, breast and view one mammogram, and for each breast its BI-RADS category.

`breast_assessments`: one row per study and laterality with at least one label `birads` of target `breast`.
    birads: the category, one of A, N, B, P, S, M, K; NULL where it is ambiguous, that is where the labels of this breast hold
        two values, or one that is no category, or where S, M or K is said of both sides alike (quality `both_sides`): a
        suspected or known malignancy is in one breast, and such a row does not tell in which.
    is_suspicious: true where any of the values is S, M or K.

`breast_views`: one row per study, laterality and view that has an image. Of `usable_images` those count that are full-field 2D,
    C-view or of a type that is not told, with a laterality and one of EMBED's six views (spot magnifications show a part of a
    breast). An implant-displaced image (label `implant_displaced` = yes of the image) counts only where the study has no other
    such image of this breast and view.
    visit, day, split: as in `usable_images`.
    full_field_id, c_view_id: the first full-field 2D image and the first C-view by (source_path, image_id); NULL where none is.
    image_id: the one that stands for the view: full_field_id, else c_view_id, else the first image without a type.
    projection: CC for the craniocaudal views CC, XCCL and XCCM, ML for the lateral ones ML and LM, else MLO.
    draw: shuffled(image_id), from which rules draw partners and sizes: `xor(draw, other.draw)` orders the others of an image
        anew for each image, and `takes_three(draw)`, that is draw % 1000 < round(1000 * three_image_share), tells whether three
        images are shown where two could be.

`breast_facts`: study_id, laterality, code, value of every label of a breast, each once.

Texts are compared by their UTF-8 bytes. An image without laterality or view makes no group.

Source: owner's table of BI-RADS codes (AWS_Open_Data_Clinical_Legend.csv) and the layout of EMBED, Jeong et al., Radiol Artif
Intell 5(1), 2023. Of repeated images of one view the owner's users take the first by path.

Example:
    >>> BIRADS.index("A"), PREPARE.count("CREATE TEMP TABLE")
    (0, 3)
"""

BIRADS = ("A", "N", "B", "P", "S", "M", "K")
"""BI-RADS 0 (additional evaluation), 1 negative, 2 benign, 3 probably benign, 4 suspicious, 5 highly suggestive of malignancy,
6 known malignancy."""

PREPARE = """
CREATE TEMP TABLE breast_assessments AS
SELECT study_id, target_ids[1] AS laterality,
    CASE WHEN min(value) <> max(value) THEN NULL
         WHEN min(value) IN ('A', 'N', 'B', 'P') THEN min(value)
         WHEN min(value) IN ('S', 'M', 'K') AND NOT coalesce(bool_or(quality = 'both_sides'), false) THEN min(value)
    END AS birads,
    bool_or(value IN ('S', 'M', 'K')) AS is_suspicious
FROM labels
WHERE target = 'breast' AND code = 'birads'
GROUP BY ALL;

CREATE TEMP TABLE breast_facts AS
SELECT DISTINCT study_id, target_ids[1] AS laterality, code, value
FROM labels
WHERE target = 'breast';

CREATE TEMP TABLE breast_views AS
WITH displaced AS (
    SELECT DISTINCT unnest(target_ids) AS source_image_id
    FROM labels
    WHERE target = 'image' AND code = 'implant_displaced' AND value = 'yes'
), pictures AS (
    SELECT subject_id, split, study_id, visit, day, laterality, view, coalesce(image_type, 'unknown') AS image_type,
        source_path, image_id, displaced.source_image_id IS NOT NULL AS is_displaced
    FROM usable_images
    LEFT JOIN displaced USING (source_image_id)
    WHERE laterality IN ('L', 'R') AND view IN ('CC', 'MLO', 'ML', 'LM', 'XCCL', 'XCCM')
        AND coalesce(image_type, 'unknown') IN ('2d', 'c_view', 'unknown')
), first_of_type AS (
    SELECT * EXCLUDE (source_path)
    FROM pictures
    QUALIFY row_number() OVER (
        PARTITION BY study_id, laterality, view, image_type ORDER BY is_displaced, source_path, image_id
    ) = 1
), by_type AS (
    SELECT subject_id, split, study_id, visit, day, laterality, view, bool_and(is_displaced) AS is_displaced,
        min(image_id) FILTER (image_type = '2d') AS full_field,
        min(image_id) FILTER (image_type = 'c_view') AS c_view,
        min(image_id) FILTER (image_type = 'unknown') AS unknown,
        bool_and(is_displaced) FILTER (image_type = '2d') AS full_field_is_displaced,
        bool_and(is_displaced) FILTER (image_type = 'c_view') AS c_view_is_displaced
    FROM first_of_type
    GROUP BY ALL
), least_displaced AS (
    SELECT subject_id, split, study_id, visit, day, laterality, view,
        CASE WHEN full_field_is_displaced = is_displaced THEN full_field END AS full_field_id,
        CASE WHEN c_view_is_displaced = is_displaced THEN c_view END AS c_view_id,
        coalesce(full_field_id, c_view_id, unknown) AS image_id
    FROM by_type
)
SELECT *, shuffled(image_id) AS draw,
    CASE WHEN view IN ('CC', 'XCCL', 'XCCM') THEN 'CC' WHEN view IN ('ML', 'LM') THEN 'ML' ELSE 'MLO' END AS projection
FROM least_displaced;
"""
