"""The folders of LUMIERE's imaging archive: one per subject, in it one per session (`Patient-001/week-000-1`).

The archive's root is `Imaging/`; unpacking may put folders around it. Odd names are rejected, never guessed at.

Example:
    >>> SessionKey(*parse_session("Patient-007", "week-044"))
    SessionKey(patient=7, week=44, repeat=0)
    >>> SessionKey(7, 0, 2).name, parse_session("Patient-007", "week-044 old")
    ('week-000-2', None)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.keys import mint_id
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.safe_path import name_file
from pipelines.sources.corpus import Corpus, SourceError
from pipelines.sources.locate import require_folder
from pipelines.vocabulary import Source

SOURCE = Source.LUMIERE
SETTING = "sources.lumiere"
SUBJECT_UNIT = "subject folder"
SESSION_UNIT = "session folder"
_DEPTH = 4  # folders around the subjects' folders that are entered: lumiere/Imaging-v202211/Imaging-v202211/Imaging
_PATIENT = re.compile(r"patient-(\d{1,9})", re.IGNORECASE)
_WEEK = re.compile(r"week-(\d{1,6})(?:-(\d{1,6}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class SessionKey:
    """Which session: the source's number of the subject, the week since the first surgery, which one of that week."""

    patient: int
    week: int
    repeat: int  # 1, 2, ... where a week has several; 0 where the name tells none

    @property
    def name(self) -> str:
        """The session's name, spelled as the source does."""
        return f"week-{self.week:03d}" + (f"-{self.repeat}" if self.repeat else "")

    @property
    def subject_id(self) -> str:
        """Key of the subject."""
        return mint_subject(self.patient)

    @property
    def study_id(self) -> str:
        """Key of the study; several sessions of a week are several studies."""
        return mint_id("study", SOURCE, name_patient(self.patient), self.name)


@dataclass(frozen=True)
class Session:
    """One session's folder, by its path relative to the folder of images."""

    key: SessionKey
    path: str


def name_patient(number: int) -> str:
    """Return the subject's name, spelled as the source does."""
    return f"Patient-{number:03d}"


def mint_subject(number: int) -> str:
    """Return the subject's key."""
    return mint_id("subject", SOURCE, name_patient(number))


def parse_patient(text: str) -> int | None:
    """Return the number in a subject's name (`Patient-007`), whatever its case and outer spaces; None where it is none."""
    found = _PATIENT.fullmatch(text.strip())
    return int(found[1]) if found else None


def parse_session(patient: str, week: str) -> tuple[int, int, int] | None:
    """Return (subject, week, repeat) of two names, None where one of them is none."""
    number, found = parse_patient(patient), _WEEK.fullmatch(week.strip())
    return (number, int(found[1]), int(found[2] or 0)) if number is not None and found else None


def find_imaging(images: Path) -> Path | None:
    """Return the folder that holds the subjects' folders: `images` itself or the shallowest one below it; None: no image yet.

    Raises:
        SourceError: there are several at one depth, or the archive of images is there and packed.
    """
    require_folder(images, SETTING)
    level = [images]
    for _ in range(_DEPTH + 1):
        found = [folder for folder in level if any(parse_patient(child.name) is not None for child in _folders(folder))]
        if len(found) > 1:
            told = ", ".join(folder.relative_to(images).as_posix() for folder in found[:4])
            raise SourceError(
                f"LUMIERE: {images} holds {len(found)} folders of subjects ({told}), expected one; "
                f"set {SETTING}.images to the one to read, or join them"
            )
        if found:
            return found[0]
        level = [child for folder in level for child in _folders(folder)]
    if any(entry.suffix.casefold() == ".zip" for entry in images.iterdir()):
        raise complain_of_images(images, "unpack the archive of images (unzip Imaging-v202211.zip)")
    return None


def complain_of_images(images: Path, advice: str) -> SourceError:
    """Return the error that no subject's folder was found, with what to do."""
    listed = ", ".join(sorted(entry.name for entry in images.iterdir() if not entry.name.startswith("."))[:8])
    return SourceError(
        f"LUMIERE: no folders like Patient-001 in {images}, down to {_DEPTH} folders below (there is: {listed or 'nothing'}); "
        f"{advice}, or set {SETTING} to the folder that holds Imaging/ and the tables "
        f"({SETTING}.images and .tables if they lie apart)"
    )


def list_sessions(images: Path, imaging: Path | None) -> tuple[list[Session], Corpus]:
    """Return the sessions in the order of subject, week and repeat, and the balance of the folders found."""
    if imaging is None:
        absent = f"no folder like Patient-001 below the folder of images ({SETTING}.images): no session, no image"
        return [], Corpus(found={SUBJECT_UNIT: 0, SESSION_UNIT: 0}, remarks={absent: 1})
    named: list[tuple[tuple[int, int, int], Path]] = []
    rejections: list[Rejection] = []
    n_subjects = n_used = n_sessions = 0
    for subject in _folders(imaging):
        n_subjects += 1
        children = list(_folders(subject))
        if (problem := _judge_subject(subject, children)) is not None:
            rejections.append(_reject(images, subject, *problem, SUBJECT_UNIT))
            continue
        n_used += 1
        n_sessions += len(children)
        for child in children:
            if (parts := parse_session(subject.name, child.name)) is not None:
                named.append((parts, child))
            else:
                detail = f"{child.name[:40]!a} is not week-NNN or week-NNN-N; rename the folder, or move it away"
                rejections.append(_reject(images, child, Reason.UNKNOWN_VALUE, detail, SESSION_UNIT))
    sessions, repeated = _settle(images, named)
    return sessions, Corpus(
        rejections=(*rejections, *repeated),
        found={SUBJECT_UNIT: n_subjects, SESSION_UNIT: n_sessions},
        used={SUBJECT_UNIT: n_used, SESSION_UNIT: len(sessions)},
    )


def _judge_subject(folder: Path, children: Sequence[Path]) -> tuple[Reason, str] | None:
    if parse_patient(folder.name) is None:
        return Reason.UNKNOWN_VALUE, f"{folder.name[:40]!a} is not Patient-NNN; rename the folder, or move it away"
    if not children:
        return Reason.NO_COUNTERPART, "holds no session folder; download its sessions, or leave it out"
    return None


def _settle(images: Path, named: Sequence[tuple[tuple[int, int, int], Path]]) -> tuple[list[Session], list[Rejection]]:
    """Return one session per key; a second folder of the same session (week-44 beside week-044) is rejected."""
    sessions: dict[SessionKey, Session] = {}
    rejections: list[Rejection] = []
    for parts, folder in named:
        key, path = SessionKey(*parts), folder.relative_to(images).as_posix()
        if key in sessions:
            detail = f"the same session as {sessions[key].path}; move one of the two away"
            rejections.append(_reject(images, folder, Reason.DUPLICATE_KEY, detail, SESSION_UNIT))
        else:
            sessions[key] = Session(key, path)
    return [sessions[key] for key in sorted(sessions)], rejections


def _reject(images: Path, folder: Path, reason: Reason, detail: str, unit: str) -> Rejection:
    return Rejection(SOURCE, Stage.READ, name_file(folder.relative_to(images).as_posix()), reason, name_file(detail), unit)


def _folders(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder by name, without hidden ones and those that macOS packs along."""
    try:
        children = sorted(folder.iterdir())
    except OSError:
        return
    for child in children:
        if not child.name.startswith(".") and child.name.casefold() != "__macosx" and child.is_dir():
            yield child
