"""A variant takes a stage from its base where the rules would not redo it, for every key."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from checkout import ROOT, TINY
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.variants import FIXED, experiments, laid_over

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
LAST = len(TINY["stages"]) - 1
# A survey with other settings has another name; starts other than ImageNet's and random ones are
# tried by other tests.
RENAMED = {"name": "other"}
LABELLED_BY = ("survey", "labelled_by")  # which is only said
ELSEWHERE = (
    "weights",
    "simulated",
    "training_list",
    "name",
    "source",
    "simulation",
    "gz2",
    "own",
    "milestones",
)
# Lists, and numbers whose schema does not say which others are allowed together.
GIVEN = {
    ("seeds",): [1, 5],
    ("training_galaxies",): 20,
    ("validation",): 0.3,
    ("model", "backbone"): "test_vit",
    ("augmentation", "zoom"): [1.0, 1.4],
    ("augmentation", "middle"): 1.05,
    ("survey", "crop"): 96,
    ("survey", "holdout"): 0.3,
    ("survey", "fair_ids"): "fair.csv",
    ("stages", "lr"): 0.007,
    ("stages", "size"): 64,
    ("tta", "zooms"): [1.0, 1.1],
    ("tree",): [{"text": "Ring?", "answers": [{"column": "Class1.1"}, {"column": "Class1.2"}]}],
    ("files",): "folder",
    ("published_on",): ["simulation"],
}


def leaves(schema: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict]]:
    """Each key of the schema that has a value of its own, as its path, with its schema."""
    for name, sub in schema["properties"].items():
        inner = SCHEMA["$defs"][sub["$ref"].rsplit("/", 1)[-1]] if "$ref" in sub else sub
        if name in (*FIXED, *ELSEWHERE):
            continue
        if (*path, name) in GIVEN or "properties" not in (inner | inner.get("items", {})):
            yield (*path, name), inner
        else:
            yield from leaves(inner.get("items", inner), (*path, name))


def other_values(path: tuple[str, ...], schema: dict) -> Iterator[Any]:
    """Values to try for a key, of which one is allowed and is not the present one."""
    if path in GIVEN:
        yield GIVEN[path]
    yield from schema.get("enum", ())
    for kind in schema.get("anyOf", [schema]):
        if kind.get("type") == "boolean" or "boolean" in kind.get("type", ()):
            yield from (True, False)
        if kind.get("type") in ("number", "integer"):
            yield from (0.5, 2, 3, 45, 0.01)


def change_of(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """The changes of a variant in one key; of a stage's key, in the last stage."""
    if path[0] == "stages":
        return {"stages": {TINY["stages"][LAST]["name"]: {path[1]: value}}}
    change = value
    for name in reversed(path):
        change = {name: change}
    is_another = path[0] == "survey" and path != LABELLED_BY
    return change | ({"survey": change["survey"] | RENAMED} if is_another else {})


def variant_of(path: tuple[str, ...], schema: dict) -> tuple[dict, Any] | None:
    """A change of one key alone that is allowed, and the plan with it; None if there is none."""
    for value in other_values(path, schema):
        change = change_of(path, value)
        try:
            plan = experiments(copy.deepcopy(TINY) | {"variants": {"v": change}}, SCHEMA)
        except InputError:
            continue
        base, variant = plan.configs.values()
        if {**variant, "experiment": 0, "variant_of": 0} != {**base} | {"experiment": 0} | {
            "variant_of": 0
        }:
            return change, plan
    return None


@pytest.fixture(scope="module")
def variants() -> dict[str, tuple[dict, Any]]:
    """For each key, a change of it alone and the plan of a run with such a variant."""
    found = {".".join(path): variant_of(path, schema) for path, schema in leaves(SCHEMA)}
    missing = [key for key, variant in found.items() if variant is None]
    # What the tiny experiment does not allow to change alone.
    alone = {"files", "tree", "augmentation.zoom_about", "stages.hand_on_moments"}
    alone |= {"stages.class_weights", "stages.probe.views", "surveys"}
    assert set(missing) == alone, "say in GIVEN what else these may be"
    return {key: variant for key, variant in found.items() if variant is not None}


def shared(plan) -> list[str]:
    """The stages of seed 1 that the variant takes from its base."""
    owners = plan.owners["tiny-v"]
    return [stage for (seed, stage), owner in owners.items() if (seed, owner) == (1, "tiny")]


def test_a_key_that_decides_what_is_learnt_is_not_shared(variants):
    names = [stage["name"] for stage in TINY["stages"]]
    sharing = {key: shared(plan) for key, (_, plan) in variants.items()}
    whole = {key for key, stages in sharing.items() if stages == names}
    assert whole == {
        *("seeds", "published_on", "model.seen_galaxy_zoo", "survey.labelled_by"),
        *("tta.rotations", "tta.flips", "tta.zooms", "tta.batch_size"),
    }
    for key in ("training_galaxies", "validation", "survey.holdout", "survey.fair_ids"):
        assert sharing[key] == [], key
    last = {key for key, stages in sharing.items() if stages == names[:-1]}
    assert last == {key for key in sharing if key.startswith("stages.")}


def test_what_is_shared_is_what_snakemake_would_not_redo(finished, variants):
    """All keys of which the base's stages are taken are changed at once: no stage is redone."""
    names = {stage["name"] for stage in TINY["stages"]}
    everything, last_stage = copy.deepcopy(TINY), copy.deepcopy(TINY)
    for change, plan in variants.values():
        if len(shared(plan)) == len(names):
            everything = laid_over(everything, change)
        elif len(shared(plan)) == LAST:
            last_stage = laid_over(last_stage, change)
    everything["seeds"] = TINY["seeds"]
    redone = [job for job in finished.would_run(everything) if job.startswith("train_stage")]
    assert redone == []
    redone = {job for job in finished.would_run(last_stage) if job.startswith("train_stage")}
    last = TINY["stages"][LAST]["name"]
    assert redone == {f"train_stage seed={seed}, stage={last}" for seed in TINY["seeds"]}


@pytest.mark.parametrize("key", ["training_galaxies", "validation", "augmentation.shift"])
def test_what_is_not_shared_is_what_snakemake_would_redo(finished, variants, key):
    change, plan = variants[key]
    assert shared(plan) == []
    jobs = finished.would_run(laid_over(copy.deepcopy(TINY), change))
    assert "train_stage seed=1, stage=head" in jobs
