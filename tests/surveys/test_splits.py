"""Hold-out and splits: who is in them, what they depend on, and what they do not."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.joined_ids import joined_ids
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.surveys.splits import (
    Fold,
    Ties,
    classes_of,
    draw_holdout,
    require_unseen,
    split,
    strata_of,
)
from galaxyzoo.tree.decision_tree import tree_from

IDS = np.arange(100_000, 101_000)


def test_the_holdout_is_a_share_of_the_galaxies_ascending():
    holdout = draw_holdout(IDS, 0.2, seed=0)
    assert len(holdout) == 200
    assert (np.diff(holdout) > 0).all()
    assert np.isin(holdout, IDS).all()


def test_the_holdout_is_drawn_from_the_whole_survey():
    holdout = draw_holdout(IDS, 0.2, seed=0)
    thirds = np.histogram(holdout, 4, (IDS[0], IDS[-1]))[0]
    assert thirds.min() > 25


def test_the_holdout_does_not_depend_on_the_order_of_ids():
    shuffled = np.random.default_rng(1).permutation(IDS)
    np.testing.assert_array_equal(draw_holdout(IDS, 0.2, 3), draw_holdout(shuffled, 0.2, 3))


def test_another_seed_draws_another_holdout():
    assert not np.array_equal(draw_holdout(IDS, 0.2, 0), draw_holdout(IDS, 0.2, 1))


def test_a_larger_holdout_holds_the_smaller():
    assert np.isin(draw_holdout(IDS, 0.1, 0), draw_holdout(IDS, 0.3, 0)).all()


def test_with_fair_ids_only_those_are_held_out():
    fair = set(range(100_000, 100_050)) | {5, 6}
    holdout = draw_holdout(IDS, 0.5, 0, fair)
    assert len(holdout) == 25
    assert set(holdout.tolist()) <= fair


def test_all_fair_galaxies_may_be_held_out_if_others_are_left():
    assert draw_holdout(IDS, 1.0, 0, {100_001, 100_002}).tolist() == [100_001, 100_002]


@pytest.mark.parametrize(
    ("ids", "fraction", "fair", "message"),
    [
        (IDS[:10], 0.01, None, "survey.holdout: 0.01 of 10 galaxies leaves none to hold out"),
        (IDS[:10], 0.99, None, "survey.holdout: 0.99 of 10 galaxies leaves none to train on"),
        (IDS[:10], 0.1, {100_001}, "survey.holdout: 0.1 of 1 galaxies leaves none to hold out"),
        (IDS[:10], 0.5, {1, 2}, "survey.fair_ids: none of the 2 fair galaxies is among"),
    ],
)
def test_a_holdout_that_cannot_be_drawn_names_its_key(ids, fraction, fair, message):
    with pytest.raises(InputError) as error:
        draw_holdout(ids, fraction, 0, fair)
    assert message in str(error.value)


def test_each_galaxy_has_one_part_and_the_holdout_keeps_its_own():
    holdout = draw_holdout(IDS, 0.2, 0)
    part = split(IDS[::-1], holdout, 0.1, seed=4)
    np.testing.assert_array_equal(part.index, IDS)
    assert (part.name, part.index.name) == ("part", "GalaxyID")
    np.testing.assert_array_equal(part.index[part == "holdout"], holdout)
    assert part.value_counts().to_dict() == {"train": 720, "holdout": 200, "valid": 80}


def test_the_split_depends_on_the_seed_and_not_on_the_order_of_ids():
    holdout = draw_holdout(IDS, 0.2, 0)
    part = split(IDS, holdout, 0.1, seed=4)
    assert part.equals(split(IDS[::-1], holdout[::-1], 0.1, seed=4))
    assert not part.equals(split(IDS, holdout, 0.1, seed=5))


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_a_split_that_leaves_a_part_empty_names_both_keys(fraction):
    with pytest.raises(
        InputError, match=r"survey\.holdout, validation: of 10 galaxies, 2 are held"
    ):
        split(IDS[:10], IDS[:2], fraction, 0)


def test_a_key_gives_the_same_numbers_everywhere():
    assert numpy_generator("a", 1).random() == numpy_generator("a", np.int64(1)).random()
    # Written down, so that another machine or Python is held to them too.
    assert numpy_generator("holdout", 0).integers(0, 1000, 4).tolist() == [155, 606, 343, 308]


def test_keys_that_look_alike_give_different_numbers():
    keys = [("a", 1), ("a", "1"), ("a1",), ("a", 1, 0), (1, "a"), ("a", 2), ("a, 1",), ()]
    assert len({numpy_generator(*key).random() for key in keys}) == len(keys)


@pytest.mark.parametrize("key", [1.0, None, b"a"])
def test_a_key_is_of_whole_numbers_and_strings(key):
    with pytest.raises(TypeError):
        numpy_generator("a", key)


def test_with_fair_ids_only_those_are_validated_on_and_the_rest_is_trained_on():
    fair = set(range(100_000, 100_400))
    holdout = draw_holdout(IDS, 0.25, 0, fair)
    part = split(IDS, holdout, 0.2, seed=4, fair_ids=fair | {5})
    valid = part.index[part == "valid"]
    assert len(valid) == 60  # a fifth of the 300 fair galaxies that are not held out
    assert set(valid) <= fair
    assert part.value_counts().to_dict() == {"train": 840, "holdout": 100, "valid": 60}


def test_without_fair_galaxies_left_there_is_no_validation():
    fair = {100_001, 100_002}
    with pytest.raises(InputError, match="of the other 0 fair ones leaves none"):
        split(IDS, np.array(sorted(fair)), 0.5, 0, fair)


def test_each_part_gets_at_least_one_galaxy():
    ten = IDS[:10]
    assert len(draw_holdout(ten, 0.1, 0)) == 1
    assert len(draw_holdout(ten, 0.9, 0)) == 9
    one_held_out = draw_holdout(ten, 0.1, 0)
    assert (split(ten, one_held_out, 0.11, 0) == "valid").sum() == 1
    assert (split(ten, one_held_out, 0.89, 0) == "train").sum() == 1
    for fraction in (0.05, 0.95):  # of nine: none, all
        with pytest.raises(InputError, match="leaves none to train or validate on"):
            split(ten, one_held_out, fraction, 0)


def test_fewer_training_galaxies_are_a_part_of_more_and_leave_the_other_parts_alone():
    holdout = draw_holdout(IDS, 0.2, seed=0)
    whole = split(IDS, holdout, 0.25, seed=1)
    parts = {count: split(IDS, holdout, 0.25, 1, None, count) for count in (5, 50, 600)}
    trained = {count: set(part.index[part == "train"]) for count, part in parts.items()}
    assert [len(ids) for ids in trained.values()] == [5, 50, 600]
    assert trained[5] < trained[50] < trained[600] == set(whole.index[whole == "train"])
    for part in parts.values():
        for name in ("valid", "holdout"):
            assert (part[whole == name] == name).all()
    assert (parts[50] == "spare").sum() == 550
    quarter, half = (split(IDS, holdout, 0.25, 1, None, share) for share in (0.25, 0.5))
    assert (quarter == "train").sum() == 150
    assert half.equals(split(IDS, holdout, 0.25, 1, None, 300))
    other = split(IDS, holdout, 0.25, 2, None, 50)
    assert set(other.index[other == "train"]) != trained[50]
    with pytest.raises(InputError, match="training_galaxies: 601 are asked for, and there are 600"):
        split(IDS, holdout, 0.25, 1, None, 601)


def test_what_a_start_learnt_is_not_validated_on_and_all_else_stays_as_it_was():
    holdout = draw_holdout(IDS, 0.2, seed=0)
    whole = split(IDS, holdout, 0.1, seed=4)
    assert whole.equals(split(IDS, holdout, 0.1, seed=4, learnt_ids=IDS[:0]))
    assert whole.equals(split(IDS, holdout, 0.1, seed=4, learnt_ids=holdout))
    learnt = IDS[:500]
    part = split(IDS, holdout, 0.1, seed=4, learnt_ids=learnt)
    assert part.value_counts().to_dict() == whole.value_counts().to_dict()
    assert not part[learnt].isin(["valid"]).any()
    unlearnt = whole.index[whole == "valid"].difference(learnt)
    assert (part[unlearnt] == "valid").all()
    with pytest.raises(InputError, match=r"validation, model\.weights: 80 galaxies are to be"):
        split(IDS, holdout, 0.1, seed=4, learnt_ids=IDS[:950])


def test_a_hold_out_that_a_start_learnt_is_a_sentence():
    require_unseen(IDS[:10], IDS[10:])
    with pytest.raises(InputError, match=r"model.weights learnt 3 of the 10 held-out .* 100007\)"):
        require_unseen(IDS[:10], IDS[7:])


# Classes and groups

CLASSES = pd.Series(np.repeat(["common", "rare"], [993, 7]), IDS)
TILES = pd.Series([f"tile{i // 9}" for i in range(1000)], IDS)  # 112 of at most 9 galaxies


def parts_of(ties: Ties, seed: int = 0, fair_ids: set[int] | None = None) -> pd.Series:
    """The parts of a split of all galaxies, a tenth of which is held out and a tenth validates."""
    holdout = draw_holdout(IDS, 0.1, seed, fair_ids, ties)
    return split(IDS, holdout, 0.1, seed, fair_ids, ties=ties)


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_seven_galaxies_is_in_each_part(seed):
    parts = parts_of(Ties(CLASSES), seed)
    rare = parts[CLASSES == "rare"].value_counts()
    assert rare.to_dict() == {"train": 5, "valid": 1, "holdout": 1}
    common = parts[CLASSES == "common"].value_counts()
    assert common.to_dict() == {"train": 805, "valid": 89, "holdout": 99}  # tenths, rounded


def test_of_each_of_three_classes_the_same_part_is_drawn():
    sizes = {"a": 500, "b": 300, "c": 200}
    classes = pd.Series(np.repeat([*sizes], [*sizes.values()]), IDS)
    parts = parts_of(Ties(classes))
    for name, size in sizes.items():  # a tenth is held out, and a tenth of the rest validated on
        counts = parts[classes == name].value_counts()
        assert (counts["holdout"], counts["valid"]) == (size // 10, round(0.09 * size))


@pytest.mark.parametrize(
    ("galaxies", "parts"),
    [(1, ["train"]), (2, ["train", "valid"]), (3, ["holdout", "train", "valid"])],
)
def test_a_smaller_class_trains_first_then_validates(galaxies, parts):
    classes = pd.Series(np.repeat(["common", "rare"], [1000 - galaxies, galaxies]), IDS)
    assert sorted(parts_of(Ties(classes))[classes == "rare"]) == parts


@pytest.mark.parametrize("classes", [None, CLASSES])
@pytest.mark.parametrize("seed", range(5))
def test_a_group_is_in_one_part(classes, seed):
    parts = parts_of(Ties(classes, TILES), seed)
    assert parts.groupby(TILES).nunique().max() == 1
    counts = parts.value_counts()
    assert counts["holdout"] == pytest.approx(100, abs=9)
    assert counts["valid"] == pytest.approx(90, abs=9)


def test_galaxies_without_a_group_are_drawn_one_by_one():
    alone = pd.Series("", IDS)
    counts = parts_of(Ties(groups=alone)).value_counts()
    assert counts.to_dict() == {"train": 810, "valid": 90, "holdout": 100}


def test_a_large_group_may_be_held_out_whole_and_is_told_of(caplog):
    draw_holdout(IDS, 0.1, 0, ties=Ties(groups=TILES))
    assert caplog.text == ""
    halves = pd.Series(np.repeat(["a", "b"], 500), IDS)
    assert draw_holdout(IDS, 0.01, 0, ties=Ties(groups=halves)).size == 500
    assert "holdout: 500 of 1000 galaxies are drawn, where 10 are asked for" in caplog.text
    with pytest.raises(InputError, match=r"survey\.holdout, validation: of 1000 galaxies, 500 are"):
        parts_of(Ties(groups=halves))


def test_galaxies_that_are_not_fair_are_left_out_if_their_group_is_held_out_or_validated_on():
    fair = set(IDS[::2].tolist())
    parts = parts_of(Ties(groups=TILES), fair_ids=fair)
    assert set(parts[parts.isin(["holdout", "valid"])].index) <= fair
    of_group = parts.groupby(TILES).agg(set)
    assert {frozenset(one) for one in of_group} == {
        frozenset(one) for one in ({"train"}, {"holdout", "spare"}, {"valid", "spare"})
    }


def test_no_group_of_a_galaxy_that_was_learnt_is_validated_on():
    ties = Ties(groups=TILES)
    holdout = draw_holdout(IDS, 0.1, 0, ties=ties)
    learnt = IDS[::18]  # one of every other tile
    parts = split(IDS, holdout, 0.1, 0, learnt_ids=learnt, ties=ties)
    assert not set(TILES[parts == "valid"]) & set(TILES[learnt])
    with pytest.raises(InputError, match="learnt all but 0 of the"):
        split(IDS, holdout, 0.1, 0, learnt_ids=IDS[::9], ties=ties)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([[1, 0], [0, 1]], ["a", "b"]),
        ([[1, 0], [0.5, 0.5]], None),
        ([[1, 0], [np.nan, 1]], None),
    ],
)
def test_hard_labels_of_one_question_are_classes(labels, classes):
    tree = tree_from([{"answers": [{"column": "a"}, {"column": "b"}]}])
    index = pd.DataFrame(labels, columns=["a", "b"]).assign(GalaxyID=[3, 5])
    found = classes_of(index, tree)
    assert (found if found is None else found.to_dict()) == (
        classes and dict(zip([3, 5], classes, strict=True))
    )


def test_labels_of_several_questions_or_of_one_answer_are_no_classes():
    one = tree_from([{"answers": [{"column": "a"}]}])
    assert classes_of(pd.DataFrame({"GalaxyID": [1], "a": [1]}), one) is None


def folds(number: int, holdout: np.ndarray = IDS[:200], **options) -> list[pd.Series]:
    """The splits of as many seeds as there are folds."""
    return [split(IDS, holdout, Fold(i, number), seed=7 - i, **options) for i in range(number)]


def validated_in(parts: list[pd.Series]) -> pd.Series:
    """How many of some splits validate on each galaxy."""
    return sum((part == "valid").astype(int) for part in parts)


def test_each_galaxy_is_validated_on_in_one_fold_and_held_out_ones_in_none():
    parts = folds(3)
    times = validated_in(parts)
    assert times[200:].eq(1).all()
    assert times[:200].eq(0).all()
    for part in parts:
        assert part.value_counts()["valid"] in (266, 267)
        assert set(part[:200]) == {"holdout"}
        assert (part == "train").sum() == 800 - (part == "valid").sum()


def test_folds_do_not_depend_on_the_seed_and_do_on_how_many_there_are():
    one, other = (split(IDS, IDS[:200], Fold(1, 4), seed) for seed in (0, 9))
    assert one.equals(other)
    assert not one.equals(split(IDS, IDS[:200], Fold(1, 5), 0))


def test_each_fold_has_its_share_of_each_class():
    classes = pd.Series(np.where(np.arange(1000) % 10 == 3, "rare", "common"), IDS, name="class")
    parts = folds(4, ties=Ties(classes))
    assert validated_in(parts)[200:].eq(1).all()
    for part in parts:
        assert (classes[part == "valid"] == "rare").sum() == 20


def test_a_class_with_fewer_galaxies_than_folds_is_validated_on_once_too():
    classes = pd.Series("common", IDS, name="class")
    classes.iloc[-2:] = "rare"
    parts = folds(5, ties=Ties(classes))
    assert validated_in(parts)[200:].eq(1).all()
    for part in parts:
        assert (part[-2:] == "train").any()


def test_folds_keep_groups_together():
    groups = pd.Series([f"tile {i // 7}" for i in range(1000)], IDS)
    parts = folds(3, IDS[:210], ties=Ties(groups=groups))
    assert validated_in(parts)[210:].eq(1).all()
    for part in parts:
        assert part.groupby(groups).nunique().eq(1).all()


def test_folds_are_of_fair_galaxies_that_no_start_has_learnt():
    fair, learnt = set(IDS[200:700].tolist()), IDS[600:]
    parts = folds(4, fair_ids=fair, learnt_ids=learnt)
    times = validated_in(parts)
    assert times[200:600].eq(1).all()
    assert times[600:].eq(0).all()
    assert all((part[600:] == "train").all() for part in parts)


def test_more_folds_than_galaxies_are_refused():
    with pytest.raises(InputError, match="and fold 2 of 5 of the other 3 leaves none"):
        split(IDS[:5], IDS[:2], Fold(1, 5), 0)


@pytest.mark.parametrize("seed", range(5))
def test_each_of_several_surveys_is_validated_on_by_its_share(seed):
    sizes, surveys = (900, 60), ["near", "far"]
    ids = np.concatenate([joined_ids(np.arange(n), i, surveys) for i, n in enumerate(sizes)])
    index = pd.DataFrame({"GalaxyID": np.sort(ids), "a": 0.25, "b": 0.75})
    tree = tree_from([{"answers": [{"column": "a"}, {"column": "b"}]}])
    strata = strata_of(index, tree, surveys)
    assert strata.value_counts().to_dict() == {"near": 900, "far": 60}
    held_out = joined_ids(np.arange(10), 1, surveys)
    parts = split(ids, held_out, 0.1, seed, ties=Ties(strata))
    counts = {name: parts[strata == name].value_counts().to_dict() for name in surveys}
    assert counts == {
        "near": {"train": 810, "valid": 90},
        "far": {"train": 45, "valid": 5, "holdout": 10},
    }
    assert parts.equals(split(ids, held_out, 0.1, seed, ties=Ties(strata)))


def test_a_class_is_divided_in_each_of_several_surveys():
    tree = tree_from([{"answers": [{"column": "a"}, {"column": "b"}]}])
    index = pd.DataFrame({"GalaxyID": [4, 5, 6], "a": [1, 1, 0], "b": [0, 0, 1]})
    found = strata_of(index, tree, ["near", "far"])
    assert found.to_dict() == {4: "near a", 5: "far a", 6: "near b"}
    assert strata_of(index, tree, ["near"]).to_dict() == {4: "a", 5: "a", 6: "b"}
