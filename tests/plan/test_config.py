"""The config: every mistake is one line that names the key and what is allowed."""

import copy
import re
from pathlib import Path

import pytest
import yaml

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import OF_A_PROBE, load_schema, patch_size_px, validated
from galaxyzoo.plan.stage_owners import stage_owners
from galaxyzoo.plan.stage_settings import split_settings
from galaxyzoo.plan.variants import Experiments, experiments, laid_over
from galaxyzoo.tree.questions import questions_of
from trees import RINGS

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
DEFAULT = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def with_change(**changes) -> dict:
    """The default config with dotted keys changed: stages__1__lr=... is stages[1].lr."""
    config = copy.deepcopy(DEFAULT)
    for path, value in changes.items():
        *parents, last = [int(part) if part.isdigit() else part for part in path.split("__")]
        where = config
        for part in parents:
            where = where[part]
        where[last] = value
    return config


def own(**changes) -> dict:
    """Changes to a survey of one's own files with a tree of one's own, and some on top of them."""
    files = {"images": "images", "table": "t.csv", "image_column": "id", "labels": "shares"}
    survey = DEFAULT["survey"] | {"source": "own", "own": files}
    return {"survey": copy.deepcopy(survey), "tree": copy.deepcopy(RINGS), "files": None} | changes


NO_COLUMNS = {"image_column": None, "class_column": None}


def classes(**keys) -> dict:
    """Changes to a survey of one's own files with a class for each galaxy."""
    files = {"images": "images", "table": "t.csv", "image_column": "id", "labels": "class"}
    survey = DEFAULT["survey"] | {"source": "own", "own": files | {"class_column": "kind"} | keys}
    return {"survey": survey, "tree": {"classes": ["elliptical", 1]}, "files": None}


def yaml_value(text: str):
    return yaml.safe_load(text)


@pytest.mark.parametrize(
    ("change", "key", "allowed"),
    [
        ({"sead": 1}, "sead", "seeds"),
        ({"survey__hold_out": 0.2}, "survey.hold_out", "holdout"),
        ({"stages__1__epoch": 3}, "stages[1].epoch", "epochs"),
        ({"stages__1__lr": yaml_value("1e-1")}, "stages[1].lr", "write 1.0e-01"),
        ({"stages__1__lr": -0.1}, "stages[1].lr", "above 0"),
        ({"stages__0__weight_decay": yaml_value("1e-4")}, "stages[0].weight_decay", "a number"),
        ({"stages": []}, "stages", "at least one stage"),
        (
            {"stages__0__hand_on_moments": True},
            "stages[0].hand_on_moments",
            "batch_norm, layer_decay",
        ),
        ({"stages__1__freeze": {"but_last": 0}}, "stages[1].freeze", "at least 1"),
        (
            {
                "stages__0__freeze": False,
                "stages__0__keep": "best",
                "stages__0__hand_on_moments": True,
            },
            "stages[0].keep",
            "with hand_on_moments",
        ),
        ({"stages__1__freeze": 2}, "stages[1].freeze", "{but_last: N}"),
        ({"augmentation__zoom_about": "random"}, "augmentation.zoom_about", "middle: 1.0"),
        ({"milestones": [{"stage": "all_64", "rmse": 0.1}]}, "milestones[0].stage", "all_48"),
        ({"stages__3__hand_on_moments": True}, "stages[3].hand_on_moments", "next stage"),
        ({"stages__1__name": DEFAULT["stages"][0]["name"]}, "stages", "a name of its own"),
        (
            {"stages": [DEFAULT["stages"][0]], "model__output": "tree"},
            "stages[0].loss",
            "softmax",
        ),
        ({"stages__2__size": 225}, "stages[2].size", "224 px"),
        ({"stages__2__size": "big"}, "stages[2].size", "whole number of pixels"),
        ({"seeds": [3, 3]}, "seeds", "different"),
        ({"experiment": "surveys"}, "experiment", "folders of their own"),
        ({"experiment": "demo\n"}, "experiment", "letters, digits"),
        ({"survey__name": "s\n"}, "survey.name", "letters, digits"),
        ({"model__backbone": "../../x"}, "model.backbone", "the name of a timm model"),
        ({"model__backbone": "hf-hub:a/b"}, "model.backbone", "model.weights: hf-hub:a/b"),
        ({"model__weights": "hf-hub:b"}, "model.weights", "hf-hub:OWNER/NAME@REVISION"),
        ({"tta__rotations": 10**7}, "tta.rotations", "1 to 360"),
        ({"tta__zooms": [1, float("nan")]}, "tta.zooms[1]", "a finite number"),
        ({"stages__1__ema": float("nan")}, "stages[1].ema", "a finite number"),
        ({"stages__1__lr": float("inf")}, "stages[1].lr", "a finite number"),
        ({"stages__1__name": "head_48_timing"}, "stages", "another name"),
        ({"experiment": 2024}, "experiment", "as in 'experiment=\"2024\"' after --config"),
        ({"experiment": yaml_value("2024-01-02")}, "experiment", "2024-01-02 is not allowed"),
        ({"experiment": yaml_value("2024-01-02")}, "experiment", "a date; put it in quotation"),
        ({"galaxies": 7}, "galaxies", "reads this as a number; put it in quotation marks"),
        ({"survey__name": 7}, "survey.name", "a number; put it in quotation marks"),
        ({"stages__0__name": 48}, "stages[0].name", "a number; put it in quotation marks"),
        ({"variants": {2024: {}}}, "variants", "a number; put it in quotation marks"),
        ({"catalogue": {"id_column": yaml_value("no")}}, "catalogue.id_column", "true or false;"),
        ({"catalogue": {"name": 1.5}}, "catalogue.name", "a number; put it in quotation marks"),
        ({"catalogue": {"bands": ["i", "r", 1]}}, "catalogue.bands[2]", "in quotation marks"),
        ({"seeds": []}, "seeds", "at least one"),
        ({"validation": 1}, "validation", "between 0 and 1"),
        ({"survey__holdout": 0}, "survey.holdout", "between 0 and 1"),
        ({"survey__holdout": 0.9999}, "survey.holdout", "leave some of each"),
        ({"survey__source": "files"}, "files", "--config files=PATH"),
        ({"survey__source": "files"}, "files", "kaggle competitions download -c galaxy-zoo-"),
        ({"survey__gz2": {"votes": "weighted"}}, "survey.gz2.votes", "fraction, weighted_fraction"),
        (
            {"survey__gz2": {"tables": [{"address": "a.csv"}]}},
            "survey.gz2.tables[0].address",
            "https://",
        ),
        (
            {"survey__gz2": {"mapping": {"hash": "0" * 32}}},
            "survey.gz2.mapping.hash",
            "md5: or sha256:",
        ),
        ({"survey__source": "kagle"}, "survey.source", "kaggle, gz2 or joined"),
        ({"model__output": "relu"}, "model.output", "tree, sigmoid, softmax or none"),
        ({"augmentation__zoom": [1.3, 1.0]}, "augmentation.zoom", "[lowest, highest]"),
        (
            {"model__backbone": "vit_tiny_patch16_224", "stages__2__size": 100},
            "stages[2].size",
            "16 px",
        ),
        (
            {"stages__1__lr": [1e-4, 1e-3], "stages__1__layer_decay": 0.8},
            "stages[1].lr",
            "a number",
        ),
        ({"stages__1__ema": 1}, "stages[1].ema", "below 1, or null"),
        ({"tta__zooms": [1.1]}, "tta.zooms", "1 among them"),
        ({"survey": None}, "survey", "name and source"),
        ({"tree": "galaxy_zoo_3"}, "tree", "galaxy_zoo_jwst, or a list"),
        ({"tree": []}, "tree", "at least one question"),
        (own(tree=[{"text": "?"}]), "tree[0]", "missing answers"),
        (own(tree__0__answers__0__colum="ring"), "tree[0].answers[0].colum", "column, name"),
        (
            own(tree__0__answers__1__column=yaml_value("no")),
            "tree[0].answers[1].column",
            "quotation",
        ),
        (own(tree__0__answers__0__column="a,b"), "tree[0].answers[0].column", "without commas"),
        (own(tree__1__parent="rng"), "tree[1].parent", "ring, no, null"),
        (own(tree__0__parent="inner"), "tree[0].parent", "null"),
        (own(tree__2__parent="ring"), "tree[2].parent", "several answers"),
        (own(tree__0__answers__1__column="z"), "tree", "each its own"),
        (own(tree__0__answers__1__column="GalaxyID"), "tree", "any other"),
        (own(tree__0__answers__1__column="views"), "tree", "any other"),
        (own(survey__source="simulation"), "tree", "galaxy_zoo_2"),
        (
            own(survey__source="files", files="folder"),
            "tree",
            "survey.own gives images and a table",
        ),
        (own(survey__own=None, tree="galaxy_zoo_2"), "survey.own", "a mapping of images, table"),
        (own(files="folder"), "files", "null, or an experiment with survey.source: files"),
        ({"files": "folder"}, "files", "null, or an experiment with survey.source: files"),
        ({"published_on": ["kaggle", "files"]}, "survey.source", "'published_on=[]'"),
        ({"published_on": ["kagle"]}, "published_on[0]", "kaggle, gz2 or joined"),
        ({"survey__source": "files", "files": "o{w}n"}, "files", "without { and }"),
        ({"galaxies": "o{w}n"}, "galaxies", "without { and }"),
        ({"survey__fair_ids": "{a}.csv"}, "survey.fair_ids", "without { and }"),
        ({"model__weights": "{a}.pt"}, "model.weights", "without { and }"),
        (own(survey__own__images="o{w}n"), "survey.own.images", "without { and }"),
        (own(survey__own__table="t}.csv"), "survey.own.table", "without { and }"),
        (own(survey__own__table=3), "survey.own.table", "path of a table"),
        (own(survey__own__labels="fractions"), "survey.own.labels", "weighted, shares"),
        (own(survey__own__labels="gz2_fraction"), "survey.own.labels", "votes or class"),
        (own(survey__own__bands=["r", "r"]), "survey.own.bands", "one to five different"),
        (own(survey__own__stretch={"scales": [1, 2]}), "survey.own.stretch.scales", "each band"),
        (own(survey__own__image_column=None), "survey.own.image_column", "names each galaxy's"),
        (own(survey__own__class_column="kind"), "survey.own.class_column", "labels: class"),
        (classes() | {"tree": RINGS}, "survey.own.labels", "{classes: [elliptical, spiral]}"),
        ({"stages__1__class_weights": "balanced"}, "stages[1].class_weights", "labels: class"),
        ({"stages__1__class_weights": "x"}, "stages[1].class_weights", "balanced, or null"),
        (classes(carry=["name"]), "survey.own.carry", "other columns"),
        (classes(class_column=None), "survey.own.class_column", "holds each galaxy's class"),
        (own(tree={"classes": ["spiral"]}), "tree.classes", "at least two"),
        (own(tree={"classes": ["a,b", "c"]}), "tree.classes[0]", "without commas"),
        (own(tree={"classes": [1, "1"]}), "tree", "each its own"),
        (own(survey__own__image_column="z"), "survey.own.image_column", "galaxy's image"),
        (own(survey__own__far_sums="drop"), "survey.own.far_sums", "normalise or mask"),
        (own(survey__own__far_sums="mask"), "survey.own.far_sums", "a catalogue's fractions"),
        (own(survey__own__labels="votes"), "survey.own.labels: votes", "weighted or shares"),
        (
            {"stages__1__loss": "dirichlet_multinomial"},
            "stages[1].loss: dirichlet_multinomial",
            "model.output: softmax",
        ),
        (
            own(stages__1__vote_weights=20),
            "stages[1].vote_weights: 20.0",
            "null, or survey.own.labels: votes",
        ),
        (
            own(tree=RINGS[:2], survey__own__labels="votes", survey__own__far_sums="mask"),
            "survey.own.far_sums",
            "a catalogue's fractions",
        ),
        (
            own(tree=[{"text": "A ring?", "answers": [{"column": "x"}, {"column": "votes_x"}]}]),
            "tree: no answer's column can be votes_x",
            "any other",
        ),
        ({"survey__gz2": {"far_sums": 1}}, "survey.gz2.far_sums", "normalise or mask"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key_and_what_is_allowed(change, key, allowed):
    with pytest.raises(InputError) as error:
        validated(with_change(**change), SCHEMA)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert re.search(rf"(?<![\w.]){re.escape(key)}(?![\w\[])", message)
    assert allowed in message


@pytest.mark.parametrize("name", ["briggs2019", "briggs2019-notebook", "ng2024"])
def test_a_published_programme_names_its_survey_and_others_only_on_purpose(name):
    path = ROOT / "config" / "experiments" / f"{name}.yaml"
    config = laid_over(DEFAULT, yaml.safe_load(path.read_text(encoding="utf-8")))
    assert validated(config, SCHEMA)["survey"]["source"] == "kaggle"
    simulated = laid_over(config, {"survey": {"name": "simulated", "source": "simulation"}})
    with pytest.raises(InputError, match="simulation is not one of published_on, kaggle, files"):
        validated(simulated, SCHEMA)
    on_purpose = laid_over(simulated, {"published_on": []})
    assert validated(on_purpose, SCHEMA)["survey"]["source"] == "simulation"


def test_a_shorter_programme_has_no_published_errors():
    milestones = [{"stage": DEFAULT["stages"][1]["name"], "rmse": 0.08}]
    assert validated(with_change(milestones=milestones), SCHEMA)["milestones"] == milestones
    shorter = validated(with_change(milestones=milestones, epochs_scale=0.1), SCHEMA)
    assert shorter["milestones"] == []


def test_every_experiment_with_published_errors_says_on_which_galaxies():
    for path in (ROOT / "config" / "experiments").glob("*.yaml"):
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        if config.get("milestones"):
            assert config["published_on"], path


def test_a_tree_of_ones_own_is_taken_with_files_of_ones_own():
    config = validated(with_change(**own()), SCHEMA)
    assert config["tree"][1] == {
        "text": "What kind of ring is it?",
        "answers": [
            {"column": c, "name": None, "phrase": None, "last": False}
            for c in ("inner", "outer", "other")
        ],
        "parent": "ring",
    }
    assert validated(with_change(**own(tree="galaxy_zoo_2")), SCHEMA)["tree"] == "galaxy_zoo_2"
    assert validated(DEFAULT, SCHEMA)["tree"] == "galaxy_zoo_2"


def test_a_surveys_tree_is_taken_with_files_of_ones_own_alone():
    config = validated(with_change(**own(tree="galaxy_zoo_hubble")), SCHEMA)
    assert config["tree"] == "galaxy_zoo_hubble"
    with pytest.raises(InputError, match=r"tree: the survey's labels are of Galaxy Zoo 2's tree"):
        validated(with_change(tree="galaxy_zoo_hubble"), SCHEMA)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"survey": "galaxy_zoo_hubble"}, "tree: keys survey; allowed: classes alone"),
        ({"classes": ["a", "b"], "without": ["bar"]}, "tree: keys without, classes; allowed"),
        (
            {"survey": "galaxy_zoo_decals", "without": ["clumps"]},
            "tree.without: clumps is no question of galaxy_zoo_decals; allowed: smooth-or-",
        ),
        (
            {"survey": "galaxy_zoo_decals", "without": ["smooth-or-featured"]},
            "tree.without: no question is left",
        ),
    ],
)
def test_a_mapping_for_a_tree_is_of_classes_or_of_a_survey_without_some_questions(tree, message):
    with pytest.raises(InputError, match=re.escape(message)):
        validated(with_change(**own(tree=tree)), SCHEMA)


def test_a_question_may_have_several_parents_of_which_a_volunteer_gives_one():
    ring, kind = RINGS[:2]
    how = {"text": "How?", "parent": ["no", "outer"], "answers": [{"column": c} for c in "ab"]}
    validated(with_change(**own(tree=[ring, kind, how])), SCHEMA)
    how["parent"] = ["ring", "outer"]
    with pytest.raises(
        InputError, match=r"tree\[2\].parent: a volunteer may give both 'outer' and"
    ):
        validated(with_change(**own(tree=[ring, kind, how])), SCHEMA)
    how["parent"] = ["no", "z"]
    with pytest.raises(InputError, match=r"tree\[2\].parent: 'z' is no column of an earlier"):
        validated(with_change(**own(tree=[ring, kind, how])), SCHEMA)


def test_classes_are_short_for_one_question():
    config = validated(with_change(**classes()), SCHEMA)
    assert validated(config, SCHEMA) == config
    assert config["survey"]["own"]["missing"] == []
    (question,) = questions_of(config["tree"])
    assert question["parent"] is None
    assert [answer["column"] for answer in question["answers"]] == ["elliptical", "1"]
    validated(with_change(**classes(table=None, **NO_COLUMNS)), SCHEMA)


def probe_and_all(**keys) -> dict[str, object]:
    """Changes of the default config to a probe with some keys, and a stage that goes on from it."""
    probe = {"name": "probe", "size": 48, "probe": {"views": 8}}
    return {"stages": [probe | keys, DEFAULT["stages"][1]]}


def test_a_probe_has_keys_of_its_own_and_no_epochs():
    config = validated(with_change(**probe_and_all(), epochs_scale=0.5), SCHEMA)
    probe, following = config["stages"]
    assert {*probe} == {*OF_A_PROBE}
    assert probe["probe"] == {"views": 8}
    assert "probe" not in following
    assert following["epochs"] == 8  # of 16
    assert validated(config, SCHEMA) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (probe_and_all(lr=1e-3, epochs=2), r"stages\[0\]: a probe has no lr, epochs; allowed besi"),
        (probe_and_all(ema=None), r"stages\[0\]: a probe has no ema; allowed beside probe: name"),
        (probe_and_all(probe={"views": 0}), r"stages\[0\].probe.views: 0 is not .* at least 1"),
        (probe_and_all(probe=None), r"stages\[0\].probe: None is not allowed; allowed: {views: N}"),
        (
            probe_and_all() | {"model__head": "fastai"},
            r"stages\[0\].probe: it .* allowed: model.he",
        ),
        (
            probe_and_all(vote_weights=5) | classes(),
            r"stages\[0\].vote_weights: 5.0 is not allowed",
        ),
        ({"stages": [{"name": "all", "size": 48, "lr": 1e-3}]}, r"stages\[0\]: missing epochs"),
        ({"validation": "folds", "seeds": [3]}, r"validation: folds is not .* best five"),
        (
            {"validation": "fold"},
            "validation: 'fold' is not allowed; allowed: .* or folds",
        ),
    ],
)
def test_what_a_probe_or_folds_cannot_have_is_told(change, message):
    with pytest.raises(InputError, match=message):
        validated(with_change(**change), SCHEMA)


def test_moments_are_not_handed_on_to_a_probe():
    first, second = probe_and_all()["stages"]
    with pytest.raises(InputError, match=r"stages\[0\].hand_on_moments"):
        validated(with_change(stages=[second | {"hand_on_moments": True}, first]), SCHEMA)


def test_the_seeds_divide_folds_among_them_in_their_order():
    config = validated(with_change(validation="folds", seeds=[4, 1, 7]), SCHEMA)
    parts = [split_settings(config, seed)["validation"] for seed in (4, 1, 7)]
    assert parts == [[0, 3], [1, 3], [2, 3]]
    config["validation"] = 0.2
    assert split_settings(config, 7)["validation"] == 0.2


def test_several_mistakes_are_all_told():
    with pytest.raises(InputError) as error:
        validated(with_change(seeds=[], stages__0__lr="1e-2", sead=1), SCHEMA)
    assert len(str(error.value).splitlines()) == 3


def test_defaults_are_filled_in():
    config = copy.deepcopy(DEFAULT)
    del config["tta"], config["augmentation"], config["validation"], config["survey"]["crop"]
    del config["stages"][1]["batch_size"]
    filled = validated(config, SCHEMA)
    assert filled["tta"] == {"rotations": 4, "flips": True, "zooms": [1.0], "batch_size": 128}
    assert filled["survey"]["crop"] == 224
    assert filled["validation"] == 0.2
    assert filled["stages"][1]["freeze"] is False
    assert filled["stages"][1]["batch_size"] == 64


def test_settings_of_sources_that_are_not_used_do_not_count():
    config = validated(with_change(survey__source="gz2"), SCHEMA)
    assert [table["hash"] for table in config["survey"]["gz2"]["tables"]] == [None, None]
    assert "simulation" not in config["survey"]
    other = with_change(survey__gz2={"votes": "debiased"})
    assert validated(other, SCHEMA) == validated(DEFAULT, SCHEMA)


def test_configs_that_mean_the_same_become_the_same():
    text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    config["stages"][1] = dict(reversed(config["stages"][1].items()))
    config["stages"][0]["lr"] = yaml_value("0.00300")
    config["stages"][0]["epochs"] = 1.0
    again = validated(dict(reversed(config.items())), SCHEMA)
    assert repr(again) == repr(validated(yaml.safe_load(text), SCHEMA))


def test_epochs_are_scaled_each_to_at_least_one():
    scaled = validated(with_change(epochs_scale=0.3), SCHEMA)
    assert [stage["epochs"] for stage in DEFAULT["stages"]] == [1, 16, 1, 4]
    assert [stage["epochs"] for stage in scaled["stages"]] == [1, 5, 1, 1]


@pytest.mark.parametrize(
    # By hand, of 12 epochs: the square roots of 20 and 4, then 1; and the limits.
    ("labelled", "epochs"),
    [(100, 54), (500, 24), (2000, 12), (1, 96), (61578, 6)],
)
def test_epochs_follow_from_the_number_of_labelled_galaxies(labelled, epochs):
    stages = [DEFAULT["stages"][1] | {"epochs": 12}]
    change = {"stages": stages, "epochs_scale": {"labelled_galaxies": labelled}}
    assert validated(with_change(**change), SCHEMA)["stages"][0]["epochs"] == epochs


@pytest.mark.parametrize(
    ("backbone", "multiple_px"),
    [
        *(("vit_small_patch14_dinov2", 14), ("swin_tiny_patch4_window7_224", 4)),
        *(("xcit_nano_12_p16_224", 16), ("vit_tiny_r_s16_p8_224", 8), ("resnet50", 1)),
    ],
)
def test_the_size_of_patches_is_read_off_the_name(backbone, multiple_px):
    assert patch_size_px(backbone) == multiple_px


# Experiments whose headers say that they are laid over another.
LAID_OVER = {
    "briggs2019-underfitting": "briggs2019",
    "kaggle-files-ensemble": "kaggle-files",
    "recipe_curve": "kaggle-files",
}


def shipped(path: Path) -> Experiments:
    """What a file of config/experiments plans, over the default."""
    experiment = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.stem in LAID_OVER:
        base = path.with_stem(LAID_OVER[path.stem]).read_text(encoding="utf-8")
        experiment = yaml.safe_load(base) | experiment
    survey = DEFAULT["survey"] | experiment.get("survey", {})
    files = "folder" if survey["source"] == "files" else None
    return experiments(DEFAULT | experiment | {"survey": survey, "files": files}, SCHEMA)


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "experiments").glob("*.yaml")))
def test_shipped_experiments_are_valid_over_the_default(path):
    assert shipped(path)


def test_the_ensemble_of_kaggle_files_trains_nothing_more():
    configs = shipped(ROOT / "config" / "experiments" / "kaggle-files-ensemble.yaml").configs
    base, before = configs["kaggle-files"], configs["kaggle-files-at_80"]
    owners = stage_owners(before, base)
    assert len(owners) == len(before["seeds"]) * (len(base["stages"]) - 1) == 2
    assert set(owners.values()) == {"kaggle-files"}


@pytest.mark.parametrize(
    ("model", "seen"),
    [
        ({"weights": "encoders/zoobot-encoder-convnext_nano.safetensors"}, True),
        ({"weights": "galaxyzoo/imagenet.pt"}, False),  # the folder's name tells nothing
        ({"weights": "x/gz_evo_resnet50.pt"}, True),
        ({"weights": "x/Galaxy-Zoo-2.pt"}, True),
        ({"weights": "hf-hub:mwalmsley/zoobot-encoder-convnext_nano@main"}, True),
        ({"weights": "hf-hub:galaxy-zoo/convnext_nano"}, True),
        ({"weights": "hf-hub:timm/convnext_nano.in12k"}, False),
        ({"weights": "pretrained"}, False),
        ({"weights": "x/mine.pt", "seen_galaxy_zoo": True}, True),
        ({"weights": "x/zoobot.pt", "seen_galaxy_zoo": False}, False),
    ],
)
def test_weights_that_have_seen_the_votes_are_declared_or_known_by_name(model, seen):
    config = validated(with_change(model={"backbone": "test_resnet"} | model), SCHEMA)
    assert config["model"]["seen_galaxy_zoo"] is seen
    assert validated(config, SCHEMA) == config


@pytest.mark.parametrize("middle", [0.99, 1.3])
def test_the_middle_of_the_zooms_lies_between_them(middle):
    wrong = with_change(augmentation={"zoom": [1, 1.2], "middle": middle})
    with pytest.raises(InputError, match=r"augmentation\.middle: .* is not within"):
        validated(wrong, SCHEMA)


def test_every_source_says_what_its_galaxies_are():
    sources = SCHEMA["$defs"]["sources"]
    assert set(sources) == set(SCHEMA["$defs"]["source"]["enum"])
    keys = {"galaxy_zoo_votes", "any_tree", "training_scale", "data", "licence"}
    assert all(set(source) == keys for source in sources.values())
