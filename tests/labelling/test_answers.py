"""Files of answers, the questions that are asked, and the table of votes that comes of them."""

import json
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import pytest
import yaml

from checkout import ROOT
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.configs import picture_settings, read_configs, tree_to_ask
from galaxyzoo.labelling.questions import (
    CANT_TELL,
    asked,
    question_to_ask,
    require_votable,
)
from galaxyzoo.labelling.volunteers import SKIP, Given, Volunteer, writing
from galaxyzoo.labelling.votes import BESIDE, Table
from galaxyzoo.plan.config import load_schema
from galaxyzoo.surveys.own_labels import label_columns, labels_of
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.questions import questions_of
from trees import GALAXY_ZOO_2

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
DESI = tree_from(questions_of("galaxy_zoo_desi"))
RINGS = tree_from(
    [
        {"text": "Ring?", "answers": [{"column": "ring"}, {"column": "no_ring"}]},
        {"text": "Kind?", "parent": "ring", "answers": [{"column": "in"}, {"column": "out"}]},
    ]
)
VOTES = {"missing": [], "labels": "votes", "far_sums": "normalise"}


def answered(folder: Path, name: str, *given: Given, tree: DecisionTree = RINGS) -> Path:
    with writing(folder, name, tree) as writer:
        for one in given:
            writer.answer(one)
        return writer.path


def said(galaxy: str, *columns: str | None) -> list[Given]:
    return [Given(galaxy, f"{galaxy}.png", i, column) for i, column in enumerate(columns)]


def test_someone_called_votes_does_not_wait_for_their_own_lock(tmp_path):
    with writing(tmp_path, "votes", RINGS) as writer:
        writer.answer(Given("a", "a.png", 0, "ring"))
        table = Table(tmp_path, RINGS)
        thread = Thread(target=table.write, daemon=True)
        thread.start()
        thread.join(60)
        assert table.path.exists()


def test_questions_follow_the_answers_down_the_tree():
    assert asked(GALAXY_ZOO_2, {}) == [0]
    smooth = {0: "Class1.1"}
    assert asked(GALAXY_ZOO_2, smooth) == [0, 6]  # how round; whether odd comes after it
    assert asked(GALAXY_ZOO_2, smooth | {6: "Class7.2"}) == [0, 6, 5]
    assert question_to_ask(GALAXY_ZOO_2, smooth | {6: "Class7.2", 5: "Class6.2"}) is None
    featured = {0: "Class1.2", 1: "Class2.2", 2: "Class3.1", 3: "Class4.2", 4: CANT_TELL}
    assert asked(GALAXY_ZOO_2, featured) == [0, 1, 2, 3, 4, 5]  # no arms, so none are counted


def test_who_cannot_tell_is_asked_nothing_below_and_a_last_answer_ends_it():
    assert asked(GALAXY_ZOO_2, {0: CANT_TELL}) == [0, 5]
    artifact = {0: "smooth-or-featured_artifact"}
    assert question_to_ask(DESI, artifact) is None


def test_a_line_that_was_cut_off_is_removed_and_others_are_kept(tmp_path):
    path = answered(tmp_path, "ann", *said("a", "ring", "in"))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026", "galaxy": "b", "image": "b.png", "quest')
    with writing(tmp_path, "ann", RINGS) as writer:
        assert writer.by_galaxy == {"a": {0: "ring", 1: "in"}}
        writer.answer(*said("b", "no_ring"))
    reader = Volunteer(path, RINGS)
    reader.read_on()
    assert reader.by_galaxy == {"a": {0: "ring", 1: "in"}, "b": {0: "no_ring"}}
    assert all(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def test_what_is_taken_back_stays_in_the_file_and_counts_no_more(tmp_path):
    with writing(tmp_path, "ann", RINGS) as writer:
        for one in (*said("a", "ring", "in"), Given("b", "b.png", SKIP, CANT_TELL)):
            writer.answer(one)
        assert [writer.undo().galaxy for _ in range(2)] == ["b", "a"]
        assert writer.by_galaxy == {"a": {0: "ring"}}
    reader = Volunteer(writer.path, RINGS)
    reader.read_on()
    assert reader.by_galaxy == {"a": {0: "ring"}}
    assert len(writer.path.read_text(encoding="utf-8").splitlines()) == 6


@pytest.mark.parametrize(
    "line",
    [
        '{"galaxy": "a", "image": "a", "question": 2, "answer": "ring"}',
        '{"galaxy": "a", "image": "a", "question": 3, "answer": null}',
        '{"galaxy": "a", "image": "a", "question": 0, "answer": "in"}',
        '{"galaxy": 7, "image": "a", "question": 1, "answer": "ring"}',
        '{"galaxy": "a", "question": 1, "answer": "ring"}',
        '{"undo": true}',
        "[]",
        "nonsense",
        "",
    ],
)
def test_a_line_that_is_no_answer_is_refused_with_its_number(line, tmp_path):
    path = answered(tmp_path, "ann")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(InputError, match=r"ann\.jsonl, line 2 is no answer"):
        Table(tmp_path, RINGS).write()


def test_nobody_answers_by_a_name_that_is_taken_or_is_no_name_or_down_another_tree(tmp_path):
    with writing(tmp_path, "ann", RINGS):
        with pytest.raises(InputError, match="still answers as ann in"):
            answered(tmp_path, "ann")
        answered(tmp_path, "ben")
    answered(tmp_path, "ann")
    for name in ("../ann", "", ".ann", "a/b", "ann\n", "x" * 51):
        with pytest.raises(InputError, match=r"--as: .* is not allowed"):
            answered(tmp_path, name)
    with pytest.raises(InputError, match="was answered down another tree"):
        answered(tmp_path, "ann", tree=DESI)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot be written to .*--folder"):
        answered(tmp_path / "file", "ann")


def test_votes_are_counted_over_volunteers_and_taken_as_they_are(tmp_path):
    answered(tmp_path, "ann", *said("007", "ring", "in"), *said("b", "ring", CANT_TELL))
    answered(tmp_path, "ben", *said("007", "no_ring"), *said("c", CANT_TELL))
    skipped = [*said("b", "no_ring"), Given("b", "b.png", SKIP, CANT_TELL)]
    answered(tmp_path, "cy", *said("007", "ring", "out"), *skipped, *said("d", "no_ring"))
    assert Table(tmp_path, RINGS).write() == (
        f"{tmp_path}/votes.csv has the votes of 3 volunteers on 3 galaxies; 1 more were skipped, "
        "or nobody could tell"
    )
    given = read_given_table(tmp_path / "votes.csv", "image", "id")
    assert given["id"].to_pylist() == ["007", "b", "d"]
    assert given["image"].to_pylist() == ["007.png", "b.png", "d.png"]
    assert given["volunteers"].to_pylist() == [3, 1, 1]
    columns = label_columns(tmp_path / "votes.csv", given.column_names, VOTES, RINGS, "")
    labels, faults, votes = labels_of(given, columns, VOTES, RINGS)
    assert [*faults] == ["", "", ""]
    np.testing.assert_array_equal(votes, [[2, 1, 1, 1], [1, 0, np.nan, np.nan], [0, 1, 0, 0]])
    thirds = [2 / 3, 1 / 3, 1 / 3, 1 / 3]  # half of the two who saw a ring, for each kind
    np.testing.assert_allclose(labels.values, [thirds, [1, 0, np.nan, np.nan], [0, 1, 0, 0]])


@pytest.mark.parametrize(
    ("tree", "name"), [(DESI, "galaxy_zoo_desi"), (GALAXY_ZOO_2, "")], ids=["DESI", "Galaxy Zoo 2"]
)
def test_a_tree_at_hand_finds_the_columns_of_votes(tree, name, tmp_path):
    first = tree.columns[0]
    answered(tmp_path, "ann", Given("a", "a", 0, first), tree=tree)
    Table(tmp_path, tree).write()
    given = read_given_table(tmp_path / "votes.csv", "image", "id")
    columns = label_columns(tmp_path / "votes.csv", given.column_names, VOTES, tree, name)
    assert columns == [*tree.columns]
    labels, faults, _ = labels_of(given, columns, VOTES, tree)
    assert [*faults] == [""]
    np.testing.assert_allclose(labels[0][:, 0], 1)


def test_a_tree_that_nobody_can_vote_on_is_refused():
    single = [{"text": "How bright?", "answers": [{"column": "light"}]}]
    with pytest.raises(InputError, match="light is the only answer of its question"):
        require_votable(tree_from(single), BESIDE)
    taken = [{"text": "Which?", "answers": [{"column": "image"}, {"column": "b"}]}]
    with pytest.raises(InputError, match="image cannot be an answer's column"):
        require_votable(tree_from(taken), BESIDE)


def test_the_tree_is_that_of_the_config_or_another_by_name_or_in_a_file(tmp_path):
    configs = [ROOT / "config" / "config.yaml", ROOT / "config" / "experiments" / "rings.yaml"]
    config = read_configs(configs, SCHEMA)
    own = tree_to_ask(config, None, SCHEMA)
    assert own.columns == ("ring", "no_ring", "inner", "outer", "collisional")
    assert tree_to_ask(read_configs(configs[:1], SCHEMA), None, SCHEMA) == GALAXY_ZOO_2
    assert tree_to_ask(config, "galaxy_zoo_desi", SCHEMA) == DESI
    assert tree_to_ask({}, str(configs[1]), SCHEMA) == own
    file = tmp_path / "tree.yaml"
    file.write_text(yaml.safe_dump({"classes": ["spiral", "elliptical"]}), encoding="utf-8")
    assert tree_to_ask({}, str(file), SCHEMA).columns == ("spiral", "elliptical")
    file.write_text("tree: galaxy_zoo_9\n", encoding="utf-8")
    for given, message in (
        (str(file), "tree: 'galaxy_zoo_9' is not allowed; allowed: galaxy_zoo_2"),
        ("galaxy_zoo", "--tree: there is no file galaxy_zoo; allowed: a file, or galaxy_zoo_2"),
    ):
        with pytest.raises(InputError, match=message):
            tree_to_ask({}, given, SCHEMA)


def test_pictures_are_made_as_those_of_the_survey_and_the_catalogue_are(tmp_path):
    file = tmp_path / "own.yaml"
    own = {"images": "stamps", "bands": ["z", "r", "g"], "stretch": {"q": 10.0}}
    survey = {"name": "mine", "source": "own", "own": own}
    file.write_text(yaml.safe_dump({"survey": survey}), encoding="utf-8")
    found = picture_settings(read_configs([file], SCHEMA), SCHEMA)
    assert (found["bands"], found["stretch"]["q"]) == (["z", "r", "g"], 10.0)
    both = {"survey": survey, "catalogue": {"bands": ["i", "r", "g"]}}
    file.write_text(yaml.safe_dump(both), encoding="utf-8")
    with pytest.raises(InputError, match=r"catalogue\.bands"):
        picture_settings(read_configs([file], SCHEMA), SCHEMA)
    file.write_text("survey: {name: mine, source: nowhere}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"survey\.source: 'nowhere' is not allowed"):
        read_configs([file], SCHEMA)


def test_an_empty_table_has_its_columns(tmp_path):
    answered(tmp_path, "ann")
    Table(tmp_path, RINGS).write()
    assert [*pd.read_csv(tmp_path / "votes.csv")] == [*BESIDE, *RINGS.columns]
