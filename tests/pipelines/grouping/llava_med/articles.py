"""Articles with figures and questions, as the tests of LLaVA-Med's rules want them."""

from pipelines.records import RenderedImage
from pipelines.source_records import SourceQuestion, Study
from pipelines.vocabulary import AnswerType, LabelTarget, Modality, Source, Split
from tests.pipelines.grouping.rows import Cohort

DOMAINS = {Modality.CT: "ct_scan", Modality.MRI: "mri"}


def add_article(cohort: Cohort, name: str, *modalities: Modality | None, split: Split = Split.TRAIN) -> Study:
    """Add an article with a figure of each of these modalities, named <article>_F1, <article>_F2, ..."""
    study = cohort.add_study(cohort.add_subject(name, split), name)
    for number, modality in enumerate(modalities, start=1):
        add_figure(cohort, study, f"{name}_F{number}", modality)
    return study


def add_figure(cohort: Cohort, study: Study, name: str, modality: Modality | None, **said: object) -> RenderedImage:
    """Add a figure and the label of its domain."""
    image = cohort.add_image(study, name, modality=modality, **said)
    if modality is not None:
        cohort.add_label(study, "domain", DOMAINS[modality], LabelTarget.IMAGE, (image.source_image_id,))
    return image


def ask(cohort: Cohort, figure: str, name: str = "", answer: str = "A mass.") -> str:
    """Add a question about a figure, by its name, and return its key."""
    study = next(one for one in cohort.studies if one.study_id == f"study-{figure.split('_')[0]}")
    question = SourceQuestion(
        source=Source.LLAVA_MED,
        question_id=f"question-{figure}{name}",
        row=len(cohort.questions),
        subject_id=study.subject_id,
        study_id=study.study_id,
        image_path=f"files/{figure}",
        organ=None,
        question="What is seen?",
        answer=answer,
        answer_type=AnswerType.OPEN,
        question_types=(),
        linked_id=None,
        question_as_found="What is seen?",
        answer_as_found=answer,
        repairs=(),
    )
    cohort.questions.append(question)
    return question.question_id
