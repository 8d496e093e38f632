"""A catalogue's columns and tables, read back by the libraries that astronomers read them with."""

import datetime
import io
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.io import fits
from astropy.io.votable import parse_single_table, validate
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table
from pyarrow import dataset, parquet

from checkout import ROOT
from galaxyzoo.catalogue.columns import (
    catalogue_columns,
    joint_names,
    plain_columns,
    question_names,
)
from galaxyzoo.catalogue.summary import likely, sheets_of, summary
from galaxyzoo.catalogue.tables import described, write_readme, write_tables
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.questions import questions_of
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE

COLUMNS = {column.name: column for column in catalogue_columns(GALAXY_ZOO_2)}
KINDS = {"float32": pa.float32(), "bool": pa.bool_(), "str": pa.string()}


def rows(shard: int, galaxies: int) -> pa.Table:
    """A shard with columns of an input table: of each kind, and of missing and awkward cells."""
    rng = np.random.default_rng(shard)
    table = {
        "id": [f"J{shard}{i}" for i in range(galaxies)],
        "count": pa.array([None if shard == 1 and i == 0 else i for i in range(galaxies)]),
        "redshift": pa.array([None, *rng.random(galaxies - 1)], pa.float64()),
        "note": ['é,"<&>' * (1 + shard)] * galaxies,
        "night": pa.array([datetime.date(2026, 1, 1 + shard)] * galaxies),
        "Seen_in": pa.array([["a", 'b"']] * galaxies),
        "raw": pa.array([b"\xff"] * galaxies),
        "seen": pa.array([None if shard == 2 else False, *[True] * (galaxies - 1)], pa.bool_()),
    }
    values = {
        "float32": lambda: rng.random(galaxies),
        "bool": lambda: rng.random(galaxies) < 0.5,
        "str": lambda: ["x" * length for length in rng.integers(0, 9, galaxies)],
    }
    for column in list(COLUMNS.values())[1:]:
        table[column.name] = pa.array(values[column.kind](), KINDS[column.kind])
    return described(pa.table(table), COLUMNS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A catalogue of three shards."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "catalogue.parquet").mkdir()
    shards = [folder / "catalogue.parquet" / f"{number:05d}.parquet" for number in range(3)]
    for number, shard in enumerate(shards):
        parquet.write_table(rows(number, 4 + number), shard)
    write_tables(shards, COLUMNS, plain_columns(GALAXY_ZOO_2), folder)
    return folder


@pytest.fixture(scope="module")
def whole(folder):
    return dataset.dataset(folder / "catalogue.parquet").to_table().to_pandas()


@pytest.mark.parametrize("name", TREES)
def test_a_tree_at_hand_has_the_names_of_its_survey(name):
    names = [column.name for column in catalogue_columns(tree_from(questions_of(name)))]
    asked = {f"{one.question}_proportion_volunteers_asked".replace("-", "_") for one in TREES[name]}
    fractions = {
        f"{one.question}_{answer}_fraction".replace("-", "_")
        for one in TREES[name]
        for answer in one.answers
    }
    assert asked | fractions | {one.removesuffix("_fraction") for one in fractions} <= set(names)
    assert len({one.lower() for one in names}) == len(names)
    assert max(map(len, names)) <= 68


def test_answers_are_named_as_in_published_catalogues():
    names = set(COLUMNS)
    # As in the column lists of Galaxy Zoo DECaLS, with underscores for hyphens.
    assert {"smooth_or_featured_featured_or_disk_fraction", "disk_edge_on_yes_fraction"} <= names
    assert {"bulge_size_just_noticeable_fraction", "has_spiral_arms_no_fraction"} <= names
    assert {"spiral_arm_count_more_than_4_fraction", "spiral_winding_tight_fraction"} <= names
    assert {"how_rounded_in_between_fraction_90pc_lower", "odd_feature_merger_fraction"} <= names
    assert {"bar_proportion_volunteers_asked", "Class1_1", "Class11_6_90pc_upper"} <= names
    meanings = [c.description for c in COLUMNS.values() if c.name == "bar_yes_fraction"]
    assert meanings == ["share of those asked question 3 who would answer 'bar'"]
    assert all(name.replace("_", "a").isalnum() and name.isascii() for name in names)


def test_every_answer_s_name_is_of_its_column():
    """Written out once more, so that a name in another's place is seen."""
    said = {
        "Class1.3": "smooth_or_featured_artifact",
        "Class3.2": "bar_no",
        "Class5.4": "bulge_size_dominant",
        "Class6.1": "something_odd_yes",
        "Class7.1": "how_rounded_round",
        "Class8.7": "odd_feature_dust_lane",
        "Class9.2": "bulge_shape_boxy",
        "Class10.3": "spiral_winding_loose",
        "Class11.6": "spiral_arm_count_cant_tell",
    }
    names = dict(
        zip(
            GALAXY_ZOO_2.columns,
            [f"{q}_{answer}" for q, answers in question_names(GALAXY_ZOO_2) for answer in answers],
            strict=True,
        )
    )
    assert {column: names[column] for column in said} == said


def test_a_tree_of_ones_own_keeps_its_own_names():
    assert question_names(RING_TREE) == [
        ("question_1", ["ring", "no"]),
        ("question_2", ["inner", "outer", "other"]),
        ("question_3", ["z"]),
    ]
    names = [column.name for column in catalogue_columns(RING_TREE)]
    assert "question_2_inner_fraction_90pc_upper" in names
    assert {"ring", "ring_90pc_lower", "z"} <= set(names)


def tree_of(*questions: list[str]):
    """A tree of questions with answers of some columns."""
    return tree_from(
        [{"parent": None, "answers": [{"column": one} for one in some]} for some in questions]
    )


@pytest.mark.parametrize(
    ("questions", "joint", "answers"),
    [
        (
            [["r<1", "r>1"]],
            ["question_1_answer_1", "question_1_answer_2"],
            ["answer_1", "answer_2"],
        ),
        (
            [["Bar", "bar"]],
            ["question_1_answer_1", "question_1_answer_2"],
            ["answer_1", "answer_2"],
        ),
        ([["offset"], ["a", "b"]], ["question_1_answer_1", "a", "b"], ["offset", "a", "b"]),
        ([["id", "path"]], ["question_1_answer_1", "question_1_answer_2"], ["id", "path"]),
        ([["a", "a_90pc_lower"]], ["question_1_answer_1", "question_1_answer_2"], None),
        ([["x" * 57, "y"]], ["x" * 57, "y"], ["answer_1", "answer_2"]),
        ([["x" * 58, "y"]], ["question_1_answer_1", "y"], ["answer_1", "answer_2"]),
        ([["x" * 37, "y"]], ["x" * 37, "y"], ["x" * 37, "y"]),
        ([["question_1_b_fraction", "b"]], ["question_1_answer_1", "b"], None),
        ([["flag_scale"]], ["question_1_answer_1"], ["flag_scale"]),
    ],
)
def test_names_of_a_tree_fit_every_format_and_are_each_its_own(questions, joint, answers):
    tree = tree_of(*questions)
    assert joint_names(tree) == joint
    if answers:
        assert [name for _, some in question_names(tree) for name in some] == answers
    names = [column.name for column in catalogue_columns(tree)]
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) <= 68


def test_galaxy_zoo_s_own_columns_make_names_that_fits_can_hold():
    tree = tree_of(["smooth-or-featured_featured-or-disk_fraction"])
    names = [column.name for column in catalogue_columns(tree)]
    assert "smooth_or_featured_featured_or_disk_fraction_90pc_lower" in names
    assert "question_1_answer_1_fraction_90pc_upper" in names


def test_words_of_a_tree_in_any_letters_can_be_written(tmp_path):
    answers = [{"column": "größe", "name": "Größe \n λ"}, {"column": "b", "name": "x" * 200}]
    tree = tree_from([{"parent": None, "text": "Wie groß?", "answers": answers}])
    columns = {column.name: column for column in catalogue_columns(tree)}
    values = {"float32": 0.5, "bool": True, "str": "ein Weg über λ"}
    table = {"id": [1]} | {
        column.name: pa.array([values[column.kind]], KINDS[column.kind])
        for column in list(columns.values())[1:]
    }
    parquet.write_table(described(pa.table(table), columns), tmp_path / "0.parquet")
    write_tables([tmp_path / "0.parquet"], columns, plain_columns(tree), tmp_path)
    header = fits.getheader(tmp_path / "catalogue.fits", 1)
    assert r"who would answer 'Gr\xf6\xdfe \n \u03bb'" in str(header["TCOMM3"])
    fields = parse_single_table(tmp_path / "catalogue.vot").fields
    assert "'Größe" in fields[2].description


def test_every_ucd_is_of_the_controlled_vocabulary():
    for column in COLUMNS.values():
        assert check_ucd(column.ucd, check_controlled_vocabulary=True), column


def test_the_fits_table_holds_what_the_shards_hold(folder, whole):
    with fits.open(folder / "catalogue.fits") as units:
        units.verify("exception")
        header = units[1].header
    table = Table.read(folder / "catalogue.fits", mask_invalid=False)
    table.convert_bytestring_to_unicode()
    assert table.colnames == whole.columns.tolist()
    for name in ("Class1_1", "flag_scale", "redshift"):
        np.testing.assert_array_equal(np.asarray(table[name]), whole[name])
    counted = Table.read(folder / "catalogue.fits")["count"].filled(-1)
    assert counted.tolist() == whole["count"].fillna(-1).astype(int).tolist()
    assert table["sentence"].tolist() == whole["sentence"].tolist()
    assert table["id"].tolist() == whole["id"].tolist()
    assert table["note"][0] == '\\xe9,"<&>'
    assert table["seen"].tolist()[:5] == ["false", "true", "true", "true", "false"]
    assert table["seen"].tolist()[9] == ""
    assert table["night"][0] == "2026-01-01"
    assert table["half_light_radius"].unit == "pix"
    number = whole.columns.get_loc("Class1_1_90pc_lower") + 1
    assert header[f"TUCD{number}"] == "stat.probability;stat.min"
    assert header[f"TCOMM{number}"] == "lower end of the 90 % interval of Class1_1"


def test_the_votable_holds_the_same_and_has_no_error(folder, whole):
    path = folder / "catalogue.vot"
    report = io.StringIO()
    assert validate(path, output=report), report.getvalue()
    assert "found no violations" in report.getvalue()
    found = parse_single_table(path)
    table = found.to_table()
    assert table.colnames == whole.columns.tolist()
    np.testing.assert_allclose(table["Class1_1"], whole["Class1_1"], rtol=1e-6)
    assert table["count"].filled(-1).tolist() == whole["count"].fillna(-1).astype(int).tolist()
    assert table["sentence"].tolist() == whole["sentence"].tolist()
    assert np.asarray(table["flag_scale"]).tolist() == whole["flag_scale"].tolist()
    field = found.get_field_by_id("half_light_radius")
    assert (field.ucd, str(field.unit)) == ("phys.angSize", "pix")
    assert field.description.startswith("radius around the centre")


@pytest.mark.skipif(shutil.which("stilts") is None, reason="no stilts here")
@pytest.mark.parametrize("name", ["catalogue.vot", "catalogue_plain.vot"])
def test_votlint_finds_nothing_in_the_votable(folder, name):
    command = ["stilts", "votlint", f"votable={folder / name}"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout + run.stderr == ""


def test_the_csv_holds_the_same_in_its_own_letters(folder, whole):
    table = pd.read_csv(folder / "catalogue.csv", keep_default_na=False, na_values=[""])
    assert table.columns.tolist() == whole.columns.tolist()
    np.testing.assert_allclose(table["Class1_1"], whole["Class1_1"], rtol=1e-6)
    assert table["note"].tolist() == whole["note"].tolist()
    assert table["Seen_in"][0] == """['a', 'b"']"""
    assert table["raw"][0] == r"b'\xff'"


def test_parquet_tells_unit_ucd_and_meaning_of_each_column(folder):
    schema = dataset.dataset(folder / "catalogue.parquet").schema
    for column in COLUMNS.values():
        said = schema.field(column.name).metadata
        assert said[b"description"].decode() == column.description
        assert said[b"ucd"].decode() == column.ucd
    assert schema.field("offset").metadata[b"unit"] == b"pix"


def test_the_plain_table_leaves_out_intervals_and_fractions_of_what_few_are_asked(folder, whole):
    plain = pd.read_parquet(folder / "catalogue_plain.parquet")
    own = ["id", "count", "redshift", "note", "night", "Seen_in", "raw", "seen"]
    assert plain.columns.tolist()[:8] == own
    assert not [name for name in plain if "90pc" in name or name == "path"]
    few = whole["bar_proportion_volunteers_asked"] < 0.5
    assert 0 < few.sum() < len(few)
    expected = whole["bar_yes_fraction"].where(~few)
    pd.testing.assert_series_equal(plain["bar_yes_fraction"], expected)
    np.testing.assert_array_equal(plain["Class3_1"], whole["Class3_1"])
    for name in ("fits", "vot", "csv"):
        assert (folder / f"catalogue_plain.{name}").stat().st_size > 0
    table = Table.read(folder / "catalogue_plain.fits")
    np.testing.assert_array_equal(np.isnan(table["bar_yes_fraction"]), few)


def test_what_is_unlike_training_is_on_no_sheet_of_an_answer(folder, whole):
    found = summary(sorted((folder / "catalogue.parquet").iterdir()), GALAXY_ZOO_2)
    unlike = set(whole.loc[whole["flag_unlike_training"], "id"])
    *by_answer, unlike_training, _, _ = found.sheets
    assert by_answer
    assert not unlike & {id for sheet in by_answer for id in sheet.galaxies["id"]}
    assert unlike & set(unlike_training.galaxies["id"])


def test_a_sheet_knows_of_how_many_half_of_the_volunteers_would_say_so(folder, tmp_path):
    shards = sorted((folder / "catalogue.parquet").iterdir())
    *by_answer, unlike_training, strange, disagreed = summary(shards, GALAXY_ZOO_2).sheets
    assert unlike_training.likely is strange.likely is disagreed.likely is None
    for sheet in by_answer:
        assert sheet.likely == (sheet.galaxies["value"] >= 0.5).sum()
    table = pd.read_parquet(shards[0])
    first = table.index[~table["flag_unlike_training"]][0]
    few, bar, spiral = 0.2, "Class3_1", "Class4_1"
    table[joint_names(GALAXY_ZOO_2)] = few
    table.loc[first, [bar, spiral]] = 0.5, 0.4
    table.to_parquet(tmp_path / "few.parquet")
    found = {one.title: one for one in summary([tmp_path / "few.parquet"], GALAXY_ZOO_2).sheets}
    assert found["The most certain barred spirals"].galaxies["value"].iloc[0] == 0.4
    assert found["The most certain barred spirals"].likely == 0
    table.loc[first, spiral] = 0.5
    table.to_parquet(tmp_path / "few.parquet")
    found = {one.title: one for one in summary([tmp_path / "few.parquet"], GALAXY_ZOO_2).sheets}
    assert found["The most certain barred spirals"].likely == 1
    assert found["The most certain rings"].likely == 0


def test_a_number_is_high_and_not_certain():
    assert list(sheets_of(NUMBER_TREE)) == ["The highest: glow"]
    galaxies = pd.DataFrame({"value": [0.9]})
    assert likely("The highest: glow", galaxies, NUMBER_TREE) is None
    titles = list(sheets_of(RING_TREE))
    assert titles[0] == "The most certain: ring"
    assert likely(titles[0], galaxies, RING_TREE) == 1


def test_the_readme_explains_each_column(tmp_path):
    write_readme(tmp_path, COLUMNS, "A title", ["A paragraph."])
    lines = (tmp_path / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# A title"
    assert lines[2] == "A paragraph."
    explained = [line for line in lines if line.startswith("| `")]
    assert len(explained) == len(COLUMNS)


def test_a_row_of_any_length_leaves_memory_whole(tmp_path):
    """Python's own checks of memory end the process where a byte is written behind a buffer."""
    code = f"""
import pyarrow as pa
from pathlib import Path
from galaxyzoo.catalogue.forms import forms_of
from galaxyzoo.catalogue.tables import write_votable
table = pa.table({{"id": ["x" * length for length in range(300)]}})
_, forms = forms_of([table])
write_votable(lambda: [table], forms, Path({str(tmp_path / "t.vot")!r}))
"""
    memory = os.environ | {"PYTHONMALLOC": "debug", "PYTHONPATH": str(ROOT / "workflow")}
    run = subprocess.run([sys.executable, "-c", code], env=memory, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert len(Table.read(tmp_path / "t.vot")) == 300
