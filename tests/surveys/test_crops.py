"""Crops: the right pixels in the right rows, and every bad input named or left out."""

import contextlib
import csv
import io
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from checkout import labels_in
from galaxyzoo.files.images import LARGEST_PIXELS
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.surveys import crops
from galaxyzoo.surveys.crops import CHUNK, crop_survey
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.labels import read_labels
from galaxyzoo.surveys.layout import find
from trees import GALAXY_ZOO_2

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parents[3] / "shared" / "galaxyzoo-sample"
SIZE = 16  # px, of the crops
PICTURES = pictures_of_survey({"source": "files"})
IDS = range(1000, 1000 + CHUNK + 20)  # more than one process is given at a time


def image_file(seed: int, size: tuple[int, int] = (31, 24), mode: str = "RGB", kind: str = "JPEG"):
    """An image file whose pixels are all different, of `size` (width, height) pixels."""
    width, height = size
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind)
    return file.getvalue()


def image_files(ids=IDS) -> dict[str, bytes]:
    """Name -> image file: JPEG and PNG in turn, of several sizes, not in the order of the ids."""
    sizes = [(SIZE, SIZE), (31, 24), (17, 40), (20, 20)]
    files = {}
    for galaxy in sorted(ids, key=lambda galaxy: -galaxy):
        kind, suffix = (("JPEG", "jpg"), ("PNG", "png"))[galaxy % 2]
        size = sizes[galaxy % len(sizes)]
        files[f"images/{galaxy}.{suffix}"] = image_file(galaxy, size, kind=kind)
    return files


class Survey:
    """Image files and labels that a test can spoil, and the crops that are made of them."""

    def __init__(self, folder: Path, files: dict[str, bytes], labels: pd.DataFrame | None) -> None:
        self.folder, self.files, self.labels = folder, files, labels
        self.images = folder / "images.zip"
        self.out = folder / "out"
        self.out.mkdir()

    def name_of(self, galaxy: int) -> str:
        return next(name for name in self.files if Path(name).stem == str(galaxy))

    def spoil(self, galaxy: int, content: bytes) -> None:
        self.files[self.name_of(galaxy)] = content

    def write_zip(self) -> None:
        with zipfile.ZipFile(self.images, "w") as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)

    def write_folder(self) -> None:
        self.images = self.folder / "images"
        for name, content in self.files.items():
            file = self.images / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def crop(self, on_bad_galaxy: str = "stop", processes: int = 1, size_px: int = SIZE) -> None:
        if not self.images.exists():
            self.write_zip()
        out = [self.out / name for name in ("crops.npy", "index.csv", "rejected.csv")]
        faults = {} if self.labels is None else label_faults(self.labels, GALAXY_ZOO_2)
        each = (self.images, self.labels, faults, size_px, *out, on_bad_galaxy, processes)
        crop_survey(*each, pictures=PICTURES)

    @property
    def crops(self) -> np.ndarray:
        return np.load(self.out / "crops.npy", mmap_mode="r")

    @property
    def index(self) -> pd.DataFrame:
        return labels_in(self.out / "index.csv")

    @property
    def rejected(self) -> list[list[str]]:
        with (self.out / "rejected.csv").open(newline="") as file:
            return list(csv.reader(file))

    def written(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.iterdir()}


@pytest.fixture
def survey(tmp_path, random_labels) -> Survey:
    """A survey without a fault."""
    shuffled = np.random.default_rng(0).permutation(IDS)
    return Survey(tmp_path, image_files(), random_labels(shuffled))


def central_pixels(image: bytes, size_px: int) -> np.ndarray:
    """The crop as NumPy slices it, of an image that Pillow decoded."""
    pixels = np.asarray(Image.open(io.BytesIO(image)))
    top, left = ((length - size_px) // 2 for length in pixels.shape[:2])
    return pixels[top : top + size_px, left : left + size_px]


# Good surveys


@pytest.mark.parametrize("write", ["write_zip", "write_folder"])
def test_each_row_is_the_middle_of_its_galaxys_image(survey, write):
    getattr(survey, write)()
    survey.crop()
    assert survey.crops.shape == (len(IDS), SIZE, SIZE, 3)
    assert survey.crops.dtype == np.uint8
    assert survey.crops.flags.c_contiguous
    for row, galaxy in enumerate(IDS):
        expected = central_pixels(survey.files[survey.name_of(galaxy)], SIZE)
        np.testing.assert_array_equal(survey.crops[row], expected)


def test_a_galaxy_stays_with_the_answers_that_have_a_label(survey):
    survey.labels.loc[1002, ["Class1.1", "Class8.7"]] = np.nan
    survey.labels["Class3.1"] = np.nan
    survey.crop("stop")
    pd.testing.assert_frame_equal(survey.index, survey.labels.loc[IDS], check_exact=True)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_any_make_is_decoded_as_pillow_decodes_it(survey, subsampling, progressive):
    name = survey.name_of(IDS[0])
    picture = Image.open(io.BytesIO(image_file(1, (301, 227))))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, subsampling=subsampling, progressive=progressive)
    survey.files[name] = file.getvalue()
    survey.write_zip()
    survey.crop()
    expected = central_pixels(survey.files[name], SIZE)
    np.testing.assert_array_equal(survey.crops[0], expected)


def test_the_index_has_the_labels_of_each_row_bit_for_bit(survey):
    survey.crop()
    expected = survey.labels.sort_index()
    pd.testing.assert_frame_equal(survey.index, expected, check_exact=True)


def test_without_faults_the_rejected_are_a_header(survey):
    survey.crop()
    assert (survey.out / "rejected.csv").read_text() == "GalaxyID,reason\n"


def test_nothing_else_is_written(survey):
    survey.crop(processes=2)
    assert sorted(survey.written()) == ["crops.npy", "index.csv", "rejected.csv"]


def test_a_survey_without_labels_has_an_index_of_ids(survey):
    survey.labels = None
    survey.crop()
    assert read_index(survey.out / "index.csv")["GalaxyID"].tolist() == list(IDS)
    assert survey.index.columns.empty
    assert len(survey.crops) == len(IDS)


def test_any_number_of_processes_writes_the_same_bytes(survey):
    survey.spoil(1003, b"")
    survey.spoil(1000 + CHUNK, image_file(0, (8, 8)))
    survey.crop("skip", processes=1)
    alone = survey.written()
    survey.crop("skip", processes=2)
    assert survey.written() == alone


# Bad images and labels


def truncated(survey: Survey) -> None:
    image = image_file(1, (200, 200))
    survey.spoil(1002, image[: len(image) // 2])


def truncated_png(survey: Survey) -> None:
    image = image_file(1, (200, 200), kind="PNG")
    survey.spoil(1002, image[: len(image) // 2])


def of_another_format(survey: Survey) -> None:
    survey.spoil(1002, image_file(1, kind="GIF", mode="L"))


def empty(survey: Survey) -> None:
    survey.spoil(1002, b"")


def of_other_colours(survey: Survey) -> None:
    survey.spoil(1002, image_file(1, mode="CMYK"))


def too_low(survey: Survey) -> None:
    survey.spoil(1002, image_file(1, size=(30, SIZE - 1)))


def too_narrow(survey: Survey) -> None:
    survey.spoil(1002, image_file(1, size=(SIZE - 1, 30)))


def without_image(survey: Survey) -> None:
    del survey.files[survey.name_of(1002)]


def with_two_images(survey: Survey) -> None:
    survey.files["more/1002.png"] = image_file(1, kind="PNG")


def without_labels(survey: Survey) -> None:
    survey.labels = survey.labels.drop(index=1002)


def with_two_labels(survey: Survey) -> None:
    survey.labels = pd.concat([survey.labels, survey.labels.loc[[1002]]])


def without_any_label(survey: Survey) -> None:
    survey.labels.loc[1002] = np.nan


def with_an_impossible_value(survey: Survey) -> None:
    survey.labels.loc[1002, "Class1.2"] = 1.5


def against_the_tree(survey: Survey) -> None:
    survey.labels.loc[1002, ["Class6.1", "Class6.2"]] = [0.0, 0.5]


BAD_IMAGES = {
    truncated: "the image cannot be decoded: ",
    truncated_png: "the image cannot be decoded: ",
    of_another_format: "the image is not a JPEG or PNG file",
    empty: "the image is not a JPEG or PNG file",
    of_other_colours: "the image is of mode CMYK, not RGB",
    too_low: "the picture is 30 x 15 px, and 16 are needed",
    too_narrow: "the picture is 15 x 30 px, and 16 are needed",
}
BAD_LABELS = {
    without_image: "labels without an image",
    with_two_images: "several images: images/1002.jpg, more/1002.png",
    without_labels: "an image without labels",
    with_two_labels: "has 2 rows of labels",
    without_any_label: "has no label",
    with_an_impossible_value: "Class1.2 is 1.5, outside [0, 1]",
    against_the_tree: "question 6's answers sum to 0.500000, not to 1",
}
BAD = [*BAD_IMAGES.items(), *BAD_LABELS.items()]


@pytest.mark.parametrize(("spoil", "reason"), BAD)
def test_a_bad_galaxy_stops_the_job_by_its_name_and_leaves_nothing(survey, spoil, reason):
    spoil(survey)
    with pytest.raises(InputError) as error:
        survey.crop("stop", processes=2)
    message = str(error.value)
    assert message.startswith(f"{survey.images}: ")
    assert f"\n  1002: {reason}" in message
    assert "1 in all" in message
    assert "set survey.on_bad_galaxy to skip" in message
    assert survey.written() == {}


@pytest.mark.parametrize(("spoil", "reason"), BAD)
def test_a_bad_galaxy_is_left_out_and_listed(survey, spoil, reason):
    survey.crop()
    kept = [row for row, galaxy in enumerate(IDS) if galaxy != 1002]
    crops, index = np.array(survey.crops[kept]), survey.index.drop(index=1002)
    survey.images.unlink()
    spoil(survey)

    survey.crop("skip", processes=2)
    np.testing.assert_array_equal(survey.crops, crops)
    pd.testing.assert_frame_equal(survey.index, index, check_exact=True)
    header, (galaxy, why) = survey.rejected
    assert header == ["GalaxyID", "reason"]
    assert (galaxy, why[: len(reason)]) == ("1002", reason)
    length = np.lib.format.open_memmap(survey.out / "crops.npy", mode="r").offset + crops.nbytes
    assert (survey.out / "crops.npy").stat().st_size == length


@pytest.mark.parametrize("write", ["write_zip", "write_folder"])
def test_an_image_that_cannot_be_read_is_a_bad_one(survey, write):
    getattr(survey, write)()
    if write == "write_zip":
        content = survey.images.read_bytes()
        image = survey.files[survey.name_of(1002)]
        survey.images.write_bytes(content.replace(image, image[:-50] + bytes(50)))
        reason = "the image cannot be decoded: Bad CRC-32 for file 'images/1002.jpg'"
    else:
        file = survey.images / survey.name_of(1002)
        file.unlink()
        os.mkfifo(file)
        reason = "it is no file, but a folder, a pipe or a device"
    survey.crop("skip")
    assert survey.rejected[1][0] == "1002"
    assert survey.rejected[1][1].startswith(reason)


def test_an_image_that_is_not_named_by_an_id_is_a_bad_one(survey):
    survey.files["images/m31.jpg"] = image_file(1)
    with pytest.raises(InputError, match=r"\n  images/m31\.jpg: the image's name is no Gal"):
        survey.crop("stop")
    survey.crop("skip")
    assert survey.rejected[1:] == [["images/m31.jpg", "the image's name is no GalaxyID"]]
    assert len(survey.crops) == len(IDS)


def test_all_kinds_of_bad_galaxies_are_left_out_in_the_order_of_ids(survey):
    survey.spoil(IDS[-1], b"")
    survey.spoil(IDS[0], image_file(1, mode="CMYK"))
    survey.labels.loc[1005] = np.nan
    survey.labels = survey.labels.drop(index=1004)
    survey.crop("skip", processes=2)
    bad = [IDS[0], 1004, 1005, IDS[-1]]
    assert [int(galaxy) for galaxy, _ in survey.rejected[1:]] == bad
    kept = [galaxy for galaxy in IDS if galaxy not in bad]
    assert survey.index.index.tolist() == kept
    for row, galaxy in enumerate(kept):
        expected = central_pixels(survey.files[survey.name_of(galaxy)], SIZE)
        np.testing.assert_array_equal(survey.crops[row], expected)


@pytest.mark.parametrize("of", ["images", "labels"])
def test_ten_of_many_bad_galaxies_are_named_and_all_are_counted(survey, of):
    bad = IDS[3:17]
    for galaxy in bad:
        if of == "images":
            survey.spoil(galaxy, b"")
        else:
            survey.labels.loc[galaxy] = np.nan
    with pytest.raises(InputError) as error:
        survey.crop("stop")
    message = str(error.value)
    assert [f"\n  {galaxy}: " in message for galaxy in bad] == [True] * 10 + [False] * 4
    assert "and 4 more" in message
    assert "14 in all" in message


def test_labels_are_checked_before_any_image_is_decoded(survey, monkeypatch):
    def no_crops(*_):
        raise AssertionError("images were decoded")

    monkeypatch.setattr(crops, "write_crops", no_crops)
    survey.labels.loc[1002] = np.nan
    with pytest.raises(InputError, match=r"1002: has no label"):
        survey.crop("stop")


@pytest.mark.parametrize("of", ["images", "labels"])
def test_a_survey_without_a_good_galaxy_stops_even_where_bad_ones_are_skipped(survey, of):
    for galaxy in IDS:
        if of == "images":
            survey.spoil(galaxy, b"")
        else:
            survey.labels.loc[galaxy] = np.nan
    with pytest.raises(InputError, match="all galaxies cannot be used") as error:
        survey.crop("skip")
    assert f"{len(IDS)} in all" in str(error.value)
    assert survey.written() == {}


def test_a_survey_without_images_stops(survey):
    survey.files = {}
    with pytest.raises(InputError, match="holds no images"):
        survey.crop("skip")
    assert survey.written() == {}


# Trouble with the machine


def test_a_disk_too_small_for_the_crops_is_said_before_any_image_is_decoded(survey, monkeypatch):
    def no_crops(*_):
        raise AssertionError("images were decoded")

    monkeypatch.setattr(crops, "write_crops", no_crops)
    usage = shutil.disk_usage(survey.out)._replace(free=60_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(InputError) as error:
        survey.crop()
    needed = len(IDS) * SIZE * SIZE * 3
    assert f"{survey.out / 'crops.npy'} could not be written to its end (No space left" in str(
        error.value
    )
    assert f"{needed:,} bytes, and 60,000 bytes are free" in str(error.value)
    assert survey.written() == {}


def run_in_another_process(
    survey: Survey, first_lines: str, on_bad_galaxy: str = "stop"
) -> subprocess.Popen:
    """Start to crop the survey without labels, on two processes, in a Python of its own."""
    survey.write_zip()
    code = f"""
{first_lines}
from pathlib import Path
from galaxyzoo.surveys.crops import crop_survey
out = Path({str(survey.out)!r})
paths = [out / name for name in ("crops.npy", "index.csv", "rejected.csv")]
crop_survey(
    Path({str(survey.images)!r}), None, {{}}, {SIZE}, *paths, {on_bad_galaxy!r}, 2, {PICTURES!r}
)
"""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def workers_of(job: subprocess.Popen) -> list[int]:
    """Wait until both processes that crop have started; return their process ids."""
    children = Path(f"/proc/{job.pid}/task/{job.pid}/children")
    end = time.monotonic() + 60
    while len(workers := children.read_text(encoding="ascii").split()) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    return [int(worker) for worker in workers]


@pytest.mark.parametrize("limit", [100, 5_000, 60_000])
def test_a_write_that_fails_midway_ends_in_a_sentence_and_leaves_nothing(survey, limit):
    job = run_in_another_process(
        survey,
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))",
    )
    stderr = job.communicate(timeout=60)[1]
    assert job.returncode != 0
    last_line = stderr.strip().splitlines()[-1]
    assert "InputError: " in last_line
    assert (
        f"{survey.out / 'crops.npy'} could not be written to its end (File too large): "
        in last_line
    )
    assert f"{len(IDS) * SIZE * SIZE * 3:,} bytes" in last_line
    assert survey.written() == {}


def test_when_the_job_is_killed_its_worker_processes_end(survey):
    survey.labels = None
    slow = io.BytesIO()
    Image.new("RGB", (4000, 4000)).save(slow, "PNG")
    survey.files |= {f"{galaxy}.png": slow.getvalue() for galaxy in range(2000, 2000 + 2 * CHUNK)}
    job = run_in_another_process(survey, "")
    workers_of(job)
    job.kill()
    try:
        job.communicate(timeout=5)  # which waits for all that could still write to its stderr
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)


def test_a_process_that_is_killed_ends_the_crop_in_a_sentence(survey):
    survey.labels = None
    slow = io.BytesIO()
    Image.new("RGB", (4000, 4000)).save(slow, "PNG")
    survey.files |= {f"{galaxy}.png": slow.getvalue() for galaxy in range(2000, 2000 + 2 * CHUNK)}
    job = run_in_another_process(survey, "")
    os.kill(workers_of(job)[-1], signal.SIGKILL)
    stderr = job.communicate(timeout=60)[1]
    assert "InputError: a process that crops has ended (BrokenProcessPool), probably for" in stderr
    assert survey.written() == {}


def test_too_little_memory_is_not_the_picture_s_fault(survey):
    """The good galaxy would be left out as a broken one."""
    survey.labels = None
    large = io.BytesIO()
    Image.new("RGB", (6000, 6000)).save(large, "PNG")
    survey.files = {
        f"{IDS[0]}.png": survey.files[survey.name_of(IDS[0])],
        "2000.png": large.getvalue(),
    }
    limit = """
import resource
import galaxyzoo.surveys.crops
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, used + 2**27))
"""
    job = run_in_another_process(survey, limit, "skip")
    stderr = job.communicate(timeout=60)[1]
    assert "InputError: a process that crops has ended (MemoryError), probably for lack" in stderr
    assert survey.written() == {}


def test_leftovers_of_a_killed_crop_are_removed_and_others_are_not(survey):
    here = platform.node()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, used, elsewhere = (
        survey.out / f"crops.npy.{node}.{process}.unfinished"
        for node, process in ((here, ended.pid), (here, os.getppid()), ("other", ended.pid))
    )
    for path in (left, used, elsewhere):
        path.write_bytes(b"half")
    survey.crop()
    assert not left.exists()
    assert used.exists()
    assert elsewhere.exists()


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "1"), ("JPEG", "L"), ("PNG", "RGB")])
def test_pictures_of_too_many_pixels_are_refused_before_they_are_decoded(survey, kind, mode):
    width = LARGEST_PIXELS // 2**13 + 1
    large = io.BytesIO()
    Image.new(mode, (width, 2**13)).save(large, kind)
    survey.spoil(1002, large.getvalue())
    survey.crop(on_bad_galaxy="skip")
    told = f"the image has {width} x 8192 px, more than {LARGEST_PIXELS:,} in all"
    assert told in (survey.out / "rejected.csv").read_text(encoding="utf-8")


def test_a_crop_wider_than_the_first_picture_ends_before_the_others_are_decoded(survey):
    with pytest.raises(InputError, match=r"survey\.crop: of galaxy 1000, the picture is"):
        survey.crop(size_px=30)


# Real galaxies


@pytest.mark.skipif(not SAMPLE.exists(), reason="no real sample here")
def test_real_galaxies_are_cropped_and_their_labels_meet_the_tree(tmp_path):
    files = find(SAMPLE)
    labels = read_labels(Path(files.labels), GALAXY_ZOO_2)
    assert GALAXY_ZOO_2.sum_errors(labels.to_numpy()).max() < 1e-5

    chosen = labels.iloc[::70]
    with zipfile.ZipFile(files.training_images) as archive:
        images = {f"{i}.jpg": archive.read(f"images_training_rev1/{i}.jpg") for i in chosen.index}
    survey = Survey(tmp_path, images, chosen)
    survey.crop(processes=2, size_px=224)
    assert survey.crops.shape == (len(chosen), 224, 224, 3)
    pd.testing.assert_frame_equal(survey.index, chosen, check_exact=True)
    for row, galaxy in enumerate(chosen.index):
        expected = central_pixels(images[f"{galaxy}.jpg"], 224)
        np.testing.assert_array_equal(survey.crops[row], expected)


def test_the_index_has_each_image_file_s_hash_whatever_is_cropped(survey):
    hashes = {}
    for size_px in (8, 16):
        survey.crop(size_px=size_px)
        hashes[size_px] = read_index(survey.out / "index.csv")["image_hash"]
    assert hashes[8].equals(hashes[16])
    assert hashes[8].str.fullmatch("[0-9a-f]{32}").all()
    assert hashes[8].is_unique
