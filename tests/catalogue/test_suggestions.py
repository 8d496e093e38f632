"""Which galaxies of a catalogue are suggested to be labelled."""

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from checkout import ROOT
from galaxyzoo.catalogue.columns import FLAGS
from galaxyzoo.catalogue.suggested import write_suggestions
from galaxyzoo.catalogue.suggestion_trials import Sky, compared, ridge, scaled, trial
from galaxyzoo.catalogue.suggestions import suggested
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.labelling.configs import picture_settings
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.suggestion_methods import METHODS
from galaxyzoo.report.figures.suggestions import suggestion_curves
from galaxyzoo.tree.decision_tree import tree_from

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
TEMPLATE = ROOT / "workflow" / "report" / "suggested.html.j2"
GALAXIES, FEATURES = 12, 5
BAD = 3


@pytest.fixture
def catalogue(tmp_path) -> Path:
    """The shards of a catalogue of 12 galaxies, of which one has no picture."""
    folder = tmp_path / "mine"
    for part in ("listing", "shards/features", "pictures"):
        (folder / part).mkdir(parents=True)
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), (90, 80, 70)).save(picture, "JPEG")
    rng = np.random.default_rng(3)
    for shard, rows in {"00000": range(7), "00001": range(7, GALAXIES)}.items():
        ids = [f"J{row:02d}" for row in rows]
        for one in ids:
            (folder / "pictures" / f"{one}.jpg").write_bytes(picture.getvalue())
        radii = pa.nulls(len(ids), pa.float64())
        listed = {"id": ids, "_place": [f"{one}.jpg" for one in ids], "_radius_arcsec": radii}
        parquet.write_table(pa.table(listed), folder / "listing" / f"{shard}.parquet")
        columns = {name: [False] * len(ids) for name, _ in FLAGS}
        columns["flag_bad_image"] = [row == BAD for row in rows]
        columns["flag_scale"] = [row == 5 for row in rows]
        unsure = [None if row == BAD else row / 100 for row in rows]
        columns |= {"id": ids, "network_disagreement": unsure, "sentence": ["Smooth."] * len(ids)}
        parquet.write_table(pa.table(columns), folder / "shards" / f"{shard}.parquet")
        features = [None if row == BAD else rng.random(FEATURES).tolist() for row in rows]
        of_shard = pa.table({"id": ids, "features": pa.array(features, pa.list_(pa.float32()))})
        parquet.write_table(of_shard, folder / "shards" / "features" / f"{shard}.parquet")
    return folder


def suggest(folder: Path, method: str, number: int = 4, labelled: Sequence[Path] = ()) -> list[str]:
    shards = sorted((folder / "shards").glob("*.parquet"))
    settings = {
        "labelled": [{"key": "suggest.labelled", "id_column": None}] * len(labelled),
        "suggest": {"method": method, "number": number},
        "name": "mine",
        "experiment": "tiny",
        "crop": 32,
        "catalogue": picture_settings({}, SCHEMA),
    }
    return write_suggestions(
        shards,
        [folder / "shards" / "features" / shard.name for shard in shards],
        labelled,
        folder / "pictures",
        folder / "listing",
        TEMPLATE,
        folder / "suggested.csv",
        folder / "suggested.html",
        settings,
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_table_has_different_galaxies_without_those_that_have_labels(method, catalogue):
    labelled = catalogue / "votes.csv"
    labelled.write_text("id,smooth\nJ11,1\nJ99,1\n", encoding="utf-8")
    random = catalogue / "random.csv"
    random.write_text("id,smooth\nJ00,0\nJ11,1\n", encoding="utf-8")
    told = suggest(catalogue, method, 6, [labelled, random])
    table = pd.read_csv(catalogue / "suggested.csv")
    assert table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["id"].nunique() == 6
    assert not {"J00", "J11", "J03"} & {*table["id"]}
    assert told == [
        "6 galaxies of 12 to label next.",
        "Left out, since their pictures cannot be used: 1.",
        "Left out, since they have labels: 2; 1 more with labels are not among them.",
    ]
    page = (catalogue / "suggested.html").read_text(encoding="utf-8")
    assert page.count("<img") == 6
    before = (catalogue / "suggested.csv").read_bytes()
    suggest(catalogue, method, 6, [labelled, random])
    assert (catalogue / "suggested.csv").read_bytes() == before


def test_disagreement_takes_the_farthest_first_and_tells_of_flags(catalogue):
    suggest(catalogue, "disagreement", 7)
    table = pd.read_csv(catalogue / "suggested.csv", keep_default_na=False)
    assert table["id"].tolist() == ["J11", "J10", "J09", "J08", "J07", "J06", "J05"]
    assert table["flags"].tolist() == [""] * 6 + ["flag_scale"]


def test_fewer_are_suggested_if_no_more_are_left_and_none_is_refused(catalogue):
    assert suggest(catalogue, "variety", 100)[0] == "11 galaxies of 12 to label next."
    with pytest.raises(InputError, match="no galaxy of mine is left to label: of 12, 1 have no"):
        suggest(catalogue, "random", 4, [catalogue / "suggested.csv"])


def test_variety_leaves_out_what_is_like_a_galaxy_that_was_chosen_or_has_a_label():
    corners = np.eye(4, dtype=np.float32)
    features = np.repeat(corners, 25, axis=0)
    unsure = np.ones(100)
    for seed in range(5):
        generator = numpy_generator("test", seed)
        chosen = suggested("variety", 4, unsure, features, None, generator)
        assert sorted(chosen // 25) == [0, 1, 2, 3]
        chosen = suggested("both", 3, unsure, features, corners[:1], generator)
        assert sorted(chosen // 25) == [1, 2, 3]


def test_both_takes_none_on_which_all_networks_agree():
    rng = np.random.default_rng(0)
    unsure = np.where(np.arange(100) < 10, 0.1, 0)
    features = rng.random((100, 6), np.float32)
    chosen = suggested("both", 10, unsure, features, None, numpy_generator("test"))
    assert sorted(chosen) == [*range(10)]


def test_a_ridge_s_penalty_has_the_lowest_error_of_galaxies_that_are_left_out():
    rng = np.random.default_rng(1)
    features = scaled(rng.normal(size=(80, 30)))
    truth = rng.normal(size=(30, 2))
    labels = features @ truth + 0.3 * rng.normal(size=(80, 2))
    few = ridge(features[:40], labels[:40])
    np.testing.assert_allclose(few.of(features[:40]).mean(axis=0), labels[:40].mean(axis=0))
    by_mean = np.square(labels[40:] - labels[:40].mean(axis=0)).mean()
    assert np.square(labels[40:] - few.of(features[40:])).mean() < by_mean


def test_a_trial_compares_each_method_with_random_draws_by_the_same_seeds():
    tree = tree_from([{"text": "?", "answers": [{"column": "a"}, {"column": "b"}]}])
    rng = np.random.default_rng(2)
    features = scaled(rng.normal(size=(150, 8)))
    share = 1 / (1 + np.exp(-3 * features[:, :1]))
    sky = Sky(features, np.concatenate([share, 1 - share], axis=1))
    parts = [Sky(sky.features[part], sky.labels[part]) for part in (slice(100), slice(100, 150))]
    table = compared([one for seed in range(2) for one in trial(*parts, tree, seed, (60, 80))])
    assert table["method"].drop_duplicates().tolist() == [*METHODS]
    assert table.loc[table["method"] == "variety", "labels"].tolist() == [60, 80]
    of_random = table[table["method"] == "random"]
    assert (of_random["difference"] == 0).all()
    assert (table["lower"] <= table["rmse"]).all()
    assert len(suggestion_curves(table).axes) == 2


def test_a_survey_with_too_few_galaxies_for_a_trial_is_refused(finished):
    command = [sys.executable, "workflow/scripts/compare_suggestions.py", str(finished.survey)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "has 45 galaxies with all labels that are not held out, and 1000 are" in run.stderr
