"""Memory: it holds a few files at a time, however many there are, of every kind."""

import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from pipelines.cohort.dicom_file import TransferSyntax, encode_dicom

ROOT = Path(__file__).parents[3]
_PROBE = """
import resource, sys
from pathlib import Path
from pipelines.keys import mint_id
from pipelines.rendering.fingerprint import fingerprint_content
from pipelines.rendering.images import render_images
from pipelines.source_records import SourceImage
from pipelines.vocabulary import ImageType, Source
folder, storage = map(Path, sys.argv[1:])
rest = dict(modality=None, organ=None, view=None, laterality=None, sequence=None, is_readable=True)
images = []
for path in sorted(folder.iterdir()):
    content = path.read_bytes()
    kind = {"v": ImageType.VOLUME, "m": ImageType.SEGMENTATION}.get(path.name[0])
    tool = "DeepBraTumIA" if path.name[0] == "m" else None
    key = mint_id("source_image", Source.LUMIERE, path.name, fingerprint_content(path.name, content))
    subject = path.name[1:3]
    images.append(SourceImage(Source.LUMIERE, key, subject, subject, tool, path.name, bytes=9, image_type=kind, **rest))
outcome = render_images(images, folder, storage, threads=2)
assert outcome.rejections == ()
assert len({row.source_path for row in outcome.rows}) == sum(one.series_id is None for one in images)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def put_picture(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1200, 1600, 3), dtype=np.uint8)
    pixels[:, 200:] = 0  # so that most of the time goes into neither noise nor zlib
    Image.fromarray(pixels).save(folder / "p.png", compress_level=1)


def put_dicom(folder: Path) -> None:
    pixels = np.zeros((1600, 1800), np.uint16)
    pixels[:, 200:400] = np.random.default_rng(0).integers(0, 4096, (1600, 200))
    (folder / "d.dcm").write_bytes(encode_dicom({}, pixels, TransferSyntax.EXPLICIT_LITTLE_ENDIAN))


def put_volume(folder: Path) -> None:
    voxels = np.zeros((144, 144, 144), np.int16)  # 6 MB
    voxels[40:80, 40:80, 40:80] = np.arange(40)
    mask = np.zeros(voxels.shape, np.uint8)
    mask[40:80, 50:53, 40:80] = 1
    for name, values in (("v", voxels), ("m", mask)):
        (folder / f"{name}.nii.gz").write_bytes(nibabel.Nifti1Image(values, np.eye(4)).to_bytes())


def peak_kib(originals: Path, folder: Path, count: int) -> int:
    folder.mkdir()
    for original in originals.iterdir():
        for number in range(count):
            (folder / f"{original.name[0]}{number:02}{original.name[1:]}").hardlink_to(original)
    command = [sys.executable, "-c", _PROBE, str(folder), str(folder.parent / f"storage {count}")]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("put", [put_picture, put_dicom, put_volume])
def test_peak_memory_does_not_grow_with_the_number_of_images(tmp_path, put):
    (tmp_path / "originals").mkdir()
    put(tmp_path / "originals")
    few, many = (peak_kib(tmp_path / "originals", tmp_path / f"download {count}", count) for count in (8, 48))
    # 40 files of 5.8 MB more; were they all held, this would be 230 MB
    assert many - few < 40_000, (few, many)
