"""The simulated survey: Kaggle's layout, labels that obey the tree, pictures that show them."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.skies import centre_offsets
from galaxyzoo.simulation import survey as simulation
from galaxyzoo.simulation.galaxies import (
    Arms,
    Artefact,
    Bar,
    Companion,
    Disc,
    Galaxy,
    Oddities,
    Ring,
    Spheroid,
    View,
)
from galaxyzoo.simulation.pictures import CENTRE_PX, jpeg, render
from galaxyzoo.simulation.survey import simulate_labels, simulate_survey, simulate_test
from galaxyzoo.simulation.votes import true_probabilities, vote_fractions
from trees import GALAXY_ZOO_2

SURVEY = {"galaxies": 12, "volunteers": 40, "seed": 7}
TEST_ZIP = "images_test_rev1.zip"
TEST = {"galaxies": 12, "test_galaxies": 5, "seed": 7}
VIEW = View(magnitude=15.5, r90_arcsec=14.0, seeing_arcsec=1.2)
SPIRAL = Galaxy(
    view=VIEW,
    spheroid=Spheroid(0.1, 0.1, 1.5, 0.9, 0.8),
    disc=Disc(scale_length=0.38, axis_ratio=0.9, colour=0.5),
    arms=Arms(contrast=1.5, number=2, pitch_deg=22.0, raggedness=0.1),
)
EDGE_ON = replace(SPIRAL, disc=replace(SPIRAL.disc, axis_ratio=0.12))
ELLIPTICAL = Galaxy(
    view=VIEW,
    spheroid=Spheroid(1.0, 0.4, 3.0, 0.95, 0.8),
    disc=Disc(scale_length=0.3, axis_ratio=0.95, colour=0.8),
)


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small survey, made by one process."""
    folder = tmp_path_factory.mktemp("survey")
    simulate_survey(folder, **SURVEY, processes=1)
    simulate_test(folder, **TEST, processes=1)
    return folder


@pytest.fixture(scope="module")
def labels() -> tuple[np.ndarray, np.ndarray]:
    """Votes on 1500 galaxies and their expectation, each (1500, 37)."""
    rows = [simulate_labels(index, volunteers=40, seed=0) for index in range(1500)]
    votes, truth, _ = zip(*rows, strict=True)
    return np.stack(votes), np.stack(truth)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ids_in(zip_path: Path) -> list[int]:
    names = ZipFile(zip_path).namelist()
    assert all(name.startswith(f"{zip_path.stem}/") and name.endswith(".jpg") for name in names)
    return [int(name.removeprefix(f"{zip_path.stem}/").removesuffix(".jpg")) for name in names]


def probability(galaxy: Galaxy, column: str) -> float:
    return true_probabilities(galaxy)[GALAXY_ZOO_2.columns.index(column)]


def share(galaxy: Galaxy, column: str) -> float:
    """Probability of an answer among those who are asked the question."""
    question = next(q for q in GALAXY_ZOO_2.questions if column in q.columns)
    asked = sum(probability(galaxy, parent) for parent in question.parents)
    return probability(galaxy, column) / asked


def picture_of(galaxy: Galaxy, seed: int = 0) -> np.ndarray:
    """The middle of a picture of the galaxy, (202, 202, 3) float."""
    return render(galaxy, np.random.default_rng(seed))[111:313, 111:313].astype(float)


def typical(measure: Callable[[np.ndarray], float], galaxy: Galaxy) -> float:
    """What is measured in most pictures of a galaxy, whatever star stands beside it in one."""
    return float(np.median([measure(picture_of(galaxy, seed).mean(axis=2)) for seed in range(5)]))


def axis_ratio(light: np.ndarray) -> float:
    """Axis ratio of the second moments of (202, 202) light, near the centre."""
    y, x = np.mgrid[: len(light), : len(light)] - (len(light) - 1) / 2
    light = np.where(np.hypot(x, y) < 55, np.maximum(light - 40, 0), 0)
    covariance = np.cov(np.stack([x.ravel(), y.ravel()]), aweights=light.ravel())
    minor, major = np.sqrt(np.linalg.eigvalsh(covariance))
    return minor / major


def unevenness(light: np.ndarray) -> float:
    """Scatter along a circle of 0.7 R90, over the mean."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    x, y = np.rint(100.5 + 35 * np.stack([np.cos(angle), np.sin(angle)])).astype(int)
    return light[y, x].std() / light[y, x].mean()


def detail(light: np.ndarray) -> float:
    """Mean difference of neighbouring pixels within about 0.8 R90."""
    return np.abs(np.diff(light[60:142, 60:142], axis=1)).mean()


def bright_area(light: np.ndarray) -> float:
    """Number of pixels that the galaxy lights up."""
    return (light > 40).sum()


def test_files_are_laid_out_as_kaggles(survey: Path) -> None:
    assert set(files_of(survey)) == {
        "images_training_rev1.zip",
        "training_solutions_rev1.zip",
        "images_test_rev1.zip",
        "true_probabilities.csv",
        "votes.csv",
    }
    ids, test_ids = (ids_in(survey / f"images_{part}_rev1.zip") for part in ("training", "test"))
    assert (len(ids), len(test_ids)) == (12, 5)
    assert ids == sorted(ids)
    assert test_ids == sorted(test_ids)
    assert len({*ids, *test_ids}) == 17
    assert all(100_000 <= i <= 999_999 for i in (*ids, *test_ids))

    with ZipFile(survey / "training_solutions_rev1.zip") as file:
        assert file.namelist() == ["training_solutions_rev1.csv"]
        csv = file.read("training_solutions_rev1.csv")
    lines = csv.split(b"\r\n")
    assert lines[0].decode() == ",".join(["GalaxyID", *GALAXY_ZOO_2.columns])
    assert len(lines) == 1 + 12 + 1
    assert lines[-1] == b""
    assert csv.count(b"\n") == csv.count(b"\r\n")
    assert [int(line.split(b",")[0]) for line in lines[1:-1]] == ids


def test_pictures_are_colour_jpegs_of_kaggles_size(survey: Path) -> None:
    for name in ("images_training_rev1.zip", "images_test_rev1.zip"):
        with ZipFile(survey / name) as file:
            for entry in file.infolist():
                assert entry.compress_type == ZIP_STORED
                picture = Image.open(io.BytesIO(file.read(entry)))
                assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (424, 424))
                assert 4_000 < entry.file_size < 60_000


def test_true_probabilities_lie_beside_the_labels(survey: Path) -> None:
    truth = pd.read_csv(survey / "true_probabilities.csv")
    votes = pd.read_csv(survey / "training_solutions_rev1.zip")
    assert list(truth.columns) == list(votes.columns)
    assert truth["GalaxyID"].equals(votes["GalaxyID"])
    for table in (truth, votes):
        values = table.drop(columns="GalaxyID").to_numpy()
        assert GALAXY_ZOO_2.sum_errors(values).max() < 1e-6
    errors = (truth - votes).drop(columns="GalaxyID").to_numpy()
    assert 0.01 < np.sqrt((errors**2).mean()) < 0.08


def test_votes_are_counted_beside_the_labels(survey: Path) -> None:
    votes = pd.read_csv(survey / "votes.csv").set_index("GalaxyID")
    labels = pd.read_csv(survey / "training_solutions_rev1.zip").set_index("GalaxyID")
    assert (votes.dtypes == "int64").all()
    volunteers = votes[["Class1.1", "Class1.2", "Class1.3"]].sum(axis=1)
    assert volunteers.min() >= 10
    assert volunteers.min() < volunteers.max()
    # Labels are written with nine digits.
    np.testing.assert_allclose(votes.div(volunteers, axis=0), labels.loc[votes.index], rtol=1e-8)


def test_bytes_depend_on_the_seed_and_not_on_processes(survey: Path, tmp_path: Path) -> None:
    simulate_survey(tmp_path / "two", **SURVEY, processes=2)
    simulate_test(tmp_path / "two", **TEST, processes=2)
    assert files_of(tmp_path / "two") == files_of(survey)
    simulate_survey(tmp_path / "other", **SURVEY | {"seed": 8}, processes=2)
    simulate_test(tmp_path / "other", **TEST | {"seed": 8}, processes=2)
    other = files_of(tmp_path / "other")
    assert other.keys() == files_of(survey).keys()
    assert all(other[name] != content for name, content in files_of(survey).items())


def test_one_more_test_galaxy_leaves_all_others_as_they_are(survey: Path, tmp_path: Path) -> None:
    simulate_test(tmp_path, **TEST | {"test_galaxies": 6}, processes=1)
    with ZipFile(survey / TEST_ZIP) as before, ZipFile(tmp_path / TEST_ZIP) as after:
        assert len(after.namelist()) == 6
        pictures = {after.read(name) for name in after.namelist()}
        assert {before.read(name) for name in before.namelist()} < pictures
    assert set(ids_in(survey / TEST_ZIP)) < set(ids_in(tmp_path / TEST_ZIP))


def test_a_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_at_third(index: int, *, seed: int) -> bytes:
        if index == 2:
            raise OSError("disk full")
        return b"picture"

    monkeypatch.setattr(simulation, "simulate_picture", fail_at_third)
    with pytest.raises(OSError, match="disk full"):
        simulate_survey(tmp_path, **SURVEY, processes=1)
    assert files_of(tmp_path) == {}


def test_labels_meet_the_tree_and_every_answer_occurs(labels: tuple) -> None:
    votes, truth = labels
    assert GALAXY_ZOO_2.sum_errors(votes).max() < 1e-9
    assert GALAXY_ZOO_2.sum_errors(truth).max() < 1e-9
    assert votes.min() >= 0
    assert votes.max() <= 1
    assert (votes.max(axis=0) > 0.3).all(), "each answer is the choice of many, for some galaxy"


def test_labels_are_about_as_hard_as_real_ones(labels: tuple) -> None:
    votes, truth = labels
    assert 0.14 < np.sqrt(((votes - votes.mean(axis=0)) ** 2).mean()) < 0.19
    assert 0.35 < votes[:, 0].mean() < 0.55
    assert 0.03 < np.sqrt(((votes - truth) ** 2).mean()) < 0.055


def test_votes_are_those_of_whole_volunteers_around_the_number_asked_for(labels: tuple) -> None:
    votes, _ = labels
    numbers = []
    for row in votes[:200]:
        fits = [n for n in range(10, 90) if np.allclose(row * n, np.rint(row * n), atol=1e-6)]
        numbers.append(fits[0])
    assert min(numbers) >= 10
    assert 35 < np.median(numbers) < 45


@pytest.mark.parametrize("galaxy", [SPIRAL, EDGE_ON, ELLIPTICAL])
def test_votes_of_many_crowds_converge_to_the_true_probabilities(galaxy: Galaxy) -> None:
    rng = np.random.default_rng(3)
    votes = np.mean([vote_fractions(galaxy, 1000, rng) for _ in range(3000)], axis=0)
    np.testing.assert_allclose(votes, true_probabilities(galaxy), atol=4e-3)
    few = vote_fractions(galaxy, 40, np.random.default_rng(3))
    assert np.abs(few - true_probabilities(galaxy)).max() > 1e-2


def test_votes_scatter_more_than_those_of_one_crowd_would() -> None:
    rng = np.random.default_rng(3)
    votes = np.array([vote_fractions(SPIRAL, 40, rng)[0] for _ in range(4000)])
    chance = probability(SPIRAL, "Class1.1")
    binomial = chance * (1 - chance) / 40
    # Of a Dirichlet-multinomial with parameters that sum to 100: (100 + 40) / (100 + 1) times that.
    assert votes.var() / binomial == pytest.approx(140 / 101, rel=0.08)


def winding(picture: np.ndarray) -> float:
    """How two arms turn with the logarithm of the radius, in radians; the sign is their sense."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    light, phases = picture.mean(axis=2), []
    for radius in np.linspace(20, 34, 8):  # 0.4 to 0.7 R90
        x, y = np.rint(100.5 + radius * np.stack([np.cos(angle), np.sin(angle)])).astype(int)
        phases.append(np.angle(np.sum(light[y, x] * np.exp(-2j * angle))))
    return float(np.unwrap(phases)[-1] - phases[0])


def test_arms_wind_either_way() -> None:
    face_on = replace(SPIRAL, disc=replace(SPIRAL.disc, axis_ratio=1.0))
    senses = [winding(picture_of(face_on, seed)) > 0 for seed in range(24)]
    # Of 24 fair coins, fewer than 5 or more than 19 heads come in 0.2 % of throws.
    assert 5 <= sum(senses) <= 19
    assert min(abs(winding(picture_of(face_on, seed))) for seed in range(6)) > 0.5


def test_galaxies_are_a_little_off_the_middle_as_in_kaggle_s_pictures() -> None:
    pictures = [jpeg(render(ELLIPTICAL, np.random.default_rng(seed))) for seed in range(30)]
    offsets = centre_offsets(pictures)
    np.testing.assert_allclose(np.median(offsets, axis=0), CENTRE_PX[0], atol=0.6)
    assert offsets.std(axis=0).min() > 0.4
    assert np.hypot(*offsets.T).max() < 8


def without_arms(axis_ratio: float) -> Galaxy:
    return replace(SPIRAL, arms=Arms(), disc=replace(SPIRAL.disc, axis_ratio=axis_ratio))


def with_odd(**oddity: float) -> Galaxy:
    return replace(ELLIPTICAL, oddities=Oddities(**oddity))


@pytest.mark.parametrize(
    ("column", "more", "less"),
    [
        ("Class1.1", ELLIPTICAL, SPIRAL),
        ("Class1.2", SPIRAL, replace(SPIRAL, arms=Arms())),
        ("Class1.2", without_arms(0.4), without_arms(1.0)),  # flat things are taken for disks
        ("Class1.3", replace(ELLIPTICAL, artefact=Artefact(star=True)), ELLIPTICAL),
        ("Class1.3", replace(ELLIPTICAL, artefact=Artefact(trail=0.3)), ELLIPTICAL),
        ("Class2.1", EDGE_ON, SPIRAL),
        ("Class3.1", replace(SPIRAL, bar=Bar(0.3)), SPIRAL),
        ("Class4.1", SPIRAL, replace(SPIRAL, arms=replace(SPIRAL.arms, contrast=0.2))),
        ("Class4.1", SPIRAL, replace(SPIRAL, view=replace(VIEW, seeing_arcsec=6.0))),
        ("Class4.1", SPIRAL, replace(SPIRAL, view=replace(VIEW, magnitude=19.5))),
        ("Class6.1", with_odd(tail=0.3, displacement=0.1), ELLIPTICAL),
        ("Class8.1", replace(SPIRAL, ring=Ring(0.3)), SPIRAL),
        ("Class8.2", with_odd(arc=0.1), ELLIPTICAL),
        ("Class8.3", with_odd(tail=0.3, displacement=0.1), ELLIPTICAL),
        ("Class8.4", replace(SPIRAL, disc=replace(SPIRAL.disc, clumpiness=0.8)), SPIRAL),
        ("Class8.5", with_odd(star=0.3), ELLIPTICAL),
        ("Class8.6", replace(ELLIPTICAL, companion=Companion(light=0.7)), ELLIPTICAL),
        ("Class8.7", replace(EDGE_ON, oddities=Oddities(dust=2.5)), EDGE_ON),
    ],
)
def test_what_is_visible_draws_votes(column: str, more: Galaxy, less: Galaxy) -> None:
    assert probability(more, column) > probability(less, column) + 0.1


def elliptical_of(axis_ratio: float) -> Galaxy:
    shape = {"axis_ratio": axis_ratio}
    return replace(
        ELLIPTICAL,
        spheroid=replace(ELLIPTICAL.spheroid, **shape),
        disc=replace(ELLIPTICAL.disc, **shape),
    )


@pytest.mark.parametrize(
    ("columns", "galaxies"),
    [
        (("Class7.3", "Class7.2", "Class7.1"), [elliptical_of(q) for q in (0.3, 0.6, 0.95)]),
        (
            ("Class5.1", "Class5.2", "Class5.3", "Class5.4"),
            [
                replace(SPIRAL, spheroid=replace(SPIRAL.spheroid, light=light))
                for light in (0.0, 0.05, 0.25, 0.9)
            ],
        ),
        (
            ("Class10.1", "Class10.2", "Class10.3"),
            [
                replace(SPIRAL, arms=replace(SPIRAL.arms, pitch_deg=pitch))
                for pitch in (12.0, 21.5, 35.0)
            ],
        ),
        (
            tuple(f"Class11.{number}" for number in range(1, 6)),
            [
                replace(SPIRAL, arms=replace(SPIRAL.arms, number=number, pitch_deg=35.0))
                for number in range(1, 6)
            ],
        ),
        (
            ("Class9.3", "Class9.1", "Class9.2"),
            [
                replace(EDGE_ON, spheroid=replace(EDGE_ON.spheroid, light=light, isophote=isophote))
                for light, isophote in ((0.0, 2.0), (0.3, 2.0), (0.3, 5.0))
            ],
        ),
    ],
)
def test_each_answer_is_most_often_given_where_it_is_true(
    columns: tuple[str, ...], galaxies: list[Galaxy]
) -> None:
    shares = np.array([[share(galaxy, column) for column in columns] for galaxy in galaxies])
    assert shares.argmax(axis=0).tolist() == list(range(len(columns)))
    assert shares.argmax(axis=1).tolist() == list(range(len(columns)))


def test_pictures_show_the_shape() -> None:
    assert typical(axis_ratio, elliptical_of(0.95)) > 0.85
    assert 0.45 < typical(axis_ratio, elliptical_of(0.5)) < 0.65
    assert typical(axis_ratio, EDGE_ON) < 0.3
    assert typical(axis_ratio, SPIRAL) > 0.6


def test_pictures_show_arms_unless_the_seeing_hides_them() -> None:
    smooth = replace(SPIRAL, arms=Arms(), disc=replace(SPIRAL.disc, axis_ratio=1.0))
    arms = replace(smooth, arms=SPIRAL.arms)
    blurred = replace(arms, view=replace(VIEW, seeing_arcsec=8.0))
    assert typical(unevenness, arms) > 2 * typical(unevenness, smooth)
    assert typical(unevenness, arms) > 2 * typical(unevenness, blurred)


def test_pictures_show_colours_on_a_dark_sky() -> None:
    middle = slice(91, 111)
    red, blue = (
        picture_of(replace(ELLIPTICAL, spheroid=replace(ELLIPTICAL.spheroid, colour=colour)))
        for colour in (0.9, 0.2)
    )
    red_core, blue_core = (p[middle, middle].mean(axis=(0, 1)) for p in (red, blue))
    assert red_core[2] / red_core[0] < 0.65
    assert blue_core[2] / blue_core[0] > 0.9
    sky = render(ELLIPTICAL, np.random.default_rng(0))[:40]
    assert np.median(sky) < 12
    assert sky.std() > 1


def test_galaxies_of_any_size_fill_pictures_alike_but_small_ones_are_blurred() -> None:
    def at_size(r90_arcsec: float) -> Galaxy:
        magnitude = VIEW.magnitude - 5 * np.log10(r90_arcsec / VIEW.r90_arcsec)
        return replace(SPIRAL, view=View(magnitude, r90_arcsec, VIEW.seeing_arcsec))

    small, large = at_size(5.0), at_size(25.0)
    assert 0.7 < typical(bright_area, small) / typical(bright_area, large) < 1.4
    assert typical(detail, large) > 1.5 * typical(detail, small)
