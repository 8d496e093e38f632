"""The config: validated against its schema before anything else, and filled with defaults."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.galaxy_zoo_names import galaxy_zoo_names
from galaxyzoo.plan.joined_surveys import (
    JOINED,
    SURVEYS,
    is_joined,
    joined_contradictions,
    part_configs,
    surveys_of,
    with_keys_of_all,
)
from galaxyzoo.plan.probes import is_trained
from galaxyzoo.plan.stage_settings import FOLDS
from galaxyzoo.plan.starting_points import (
    HUB,
    HUB_NAME,
    has_seen_galaxy_zoo,
    is_of_a_hub,
    may_have_learnt,
    starts_simulated,
    weights_file,
)
from galaxyzoo.plan.training_lists import require_training_list, training_list_of
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.parents import exclude_each_other, parents_of
from galaxyzoo.tree.questions import questions_of, tree_at_hand

Schema = dict[str, Any]

PROBABILITIES = ("sigmoid", "softmax")  # output layers whose outputs are always between 0 and 1
# Columns that tables have beside the answers'.
CENTRES = {f"centre_{band}" for band in range(1, 10)}
TAKEN_COLUMNS = {"GalaxyID", "views", "image_hash", "crop_crc32", "row_crc32"} | CENTRES
COUNTED = ("votes", "gz2_count")  # kinds of survey.own.labels that count votes
# Keys that say which variants an experiment has.
OF_ALL_VARIANTS = ("variants", "grid", "label_curve", "ensemble")
VARIANT_OF = "variant_of"  # in a variant's resolved config alone, with the name of its base
# Keys of a catalogue, on which no experiment depends.
OF_A_CATALOGUE = ("galaxies", "catalogue", "suggest")
# Keys of a stage that decide which weights its optimiser has, and in which order.
OF_MOMENTS = ("freeze", "batch_norm", "layer_decay")
# Keys of a stage that trains, and those that a probe has.
OF_TRAINING = ("epochs", "lr")
OF_A_PROBE = ("name", "size", "probe", "loss", "class_weights", "vote_weights", "batch_size")
# Keys of what is beside a run: who is told, where downloads and exports go, and what jobs run in.
OF_A_RUN = ("tracking", "notify", "downloads", "container", "publish", "trial")
NOT_OF_ONE = (*OF_ALL_VARIANTS, VARIANT_OF, *OF_A_CATALOGUE, *OF_A_RUN)


def load_schema(path: Path) -> Schema:
    """The JSON schema of the config, from its YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def validated(
    config: dict[str, Any], schema: Schema, find: Callable[[str], str] = str
) -> dict[str, Any]:
    """The config in canonical form: defaults filled in, keys in the schema's order, plain numbers.

    The result is of one experiment: it leaves out the keys of variants, of a catalogue, of who is
    told of a run, of unused survey sources and of an unused simulated start. Unless the config says
    whether the weights have seen Galaxy Zoo's votes, their name or their checkpoint decides.
    `epochs_scale` multiplies each stage's epochs, to at least one, and is then 1, so validating the
    result again changes nothing. Where it is not 1, milestones are left out, since they are of the
    full number of epochs. Two configs with the same meaning give the same result. `find` turns a
    path of the config into that of the file. Raises InputError with one line for each wrong key:
    its name, its value, and what is allowed.
    """
    validator = Draft202012Validator(schema)
    problems = [problem(error) for error in validator.iter_errors(config)]
    problems += not_finite(config)
    problems = problems or [*misplaced_stage_keys(config["stages"])]
    if not problems:
        one = {key: value for key, value in config.items() if key not in NOT_OF_ONE}
        filled = canonical(with_keys_of_all(one), schema, schema)
        config = without_other_starts(without_other_sources(filled, schema))
        config["stages"] = [*map(with_its_keys, config["stages"])]
        problems = list(contradictions(config, schema))
    if problems:
        raise InputError("\n".join(f"config: {line}" for line in problems))
    model = config["model"]
    if model["seen_galaxy_zoo"] is None:
        seen = named_after_galaxy_zoo(model) or has_seen_galaxy_zoo(model, find)
        model["seen_galaxy_zoo"] = seen
    scale = factor_of_epochs(config["epochs_scale"])
    if scale != 1:
        config["milestones"] = []  # those of the full number of epochs
    for stage in filter(is_trained, config["stages"]):
        stage["epochs"] = max(1, round(scale * stage["epochs"]))
    config["epochs_scale"] = 1.0
    return config


def factor_of_epochs(epochs_scale: float | Mapping[str, int]) -> float:
    """The factor that `epochs_scale` is, or that follows from its number of labelled galaxies.

    That is the square root of 2,000 by their number: a quarter of the galaxies are seen twice as
    often, in half the steps. docs/fine-tuning.md has the errors of this rule.
    """
    if isinstance(epochs_scale, Mapping):
        factor = math.sqrt(2000 / epochs_scale["labelled_galaxies"])
        return min(max(factor, 0.5), 8.0)
    return epochs_scale


def catalogue_settings(config: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The settings of a catalogue in a valid config, with defaults filled in, and its `name`.

    Unless the config says another, the name is that of the path of its galaxies.
    """
    settings = canonical(config.get("catalogue", {}), schema["properties"]["catalogue"], schema)
    return settings | {"name": settings["name"] or name_of_galaxies(config)}


def publish_settings(config: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The settings of publishing in a valid config, with defaults filled in."""
    return canonical(config.get("publish", {}), schema["properties"]["publish"], schema)


def suggest_settings(config: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The settings of suggestions in a valid config, with defaults filled in."""
    return canonical(config.get("suggest", {}), schema["properties"]["suggest"], schema)


def given_catalogue_settings(settings: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The settings of a catalogue from those that were given, with defaults filled in.

    Raises InputError with one line for each wrong key.
    """
    config = {"catalogue": settings}
    errors = Draft202012Validator(schema).iter_errors(config)
    problems = [problem(error) for error in errors if error.absolute_path] + [*not_finite(config)]
    if problems:
        raise InputError("\n".join(problems))
    return catalogue_settings(config, schema)


def name_of_galaxies(config: dict[str, Any]) -> str:
    """The name of a catalogue that the config does not name: that of the path of its galaxies."""
    path = Path(config.get("galaxies") or "")
    stem = path.name.partition(".")[0] if path.suffix else path.name
    return re.sub(r"[^A-Za-z0-9_-]+", "_", stem) or "galaxies"


def not_finite(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:  # noqa: ANN401
    """One line for each number in a config that is not finite, which no schema refuses."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from not_finite(inner, (*path, key))
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{dotted(path)}: {value} is not allowed; allowed: a finite number"


def dotted(path: Iterable[str | int]) -> str:
    """A key as it is written in messages, such as `stages[1].lr`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def problem(error: ValidationError) -> str:
    """One line that describes a violation of the schema."""
    key = dotted(error.absolute_path) or "top level"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = sorted(set(error.instance) - set(known), key=str)
        names = ", ".join(dotted((*error.absolute_path, str(name))) for name in unknown)
        return f"unknown key {names}; allowed: {', '.join(known)}"
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{key}: missing {', '.join(missing)}"
    allowed = error.schema.get("description") or error.message
    value = error.instance
    hint = yaml_hint(value, wants_text(error.schema))
    if hint and len(error.absolute_path) == 1 and not isinstance(value, str):
        hint = f"{hint[:-1]}, as in '{key}=\"{value}\"' after --config)"
    shown = str(value) if isinstance(value, date) else repr(value)
    return f"{key}: {shown} is not allowed; allowed: {allowed}{hint}"


def wants_text(schema: Schema) -> bool:
    """Whether a part of the schema allows text."""
    parts = [schema, *schema.get("anyOf", [])]
    return any("string" in part.get("type", ()) or "$ref" in part for part in parts)


def yaml_hint(value: object, is_text: bool) -> str:
    """A hint if YAML 1.1 has read a number as text, as it does with `1e-3`, or text as a number.

    `is_text` says whether text is allowed there. Dates, and true and false, are hinted at too.
    """
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+e[-+]?\d+", value, re.IGNORECASE):
        return f" (YAML reads this as a string; write {float(value):.1e})"
    kinds = {bool: "true or false", int: "a number", float: "a number", date: "a date"}
    kinds |= {datetime: "a date"}
    if is_text and type(value) in kinds:
        return f" (YAML reads this as {kinds[type(value)]}; put it in quotation marks)"
    return ""


def canonical(value: Any, schema: Schema, root: Schema) -> Any:  # noqa: ANN401  (any YAML value)
    """A valid value with defaults filled in, and numbers converted to the schema's types."""
    if "$ref" in schema:
        definition = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return canonical(value, definition, root)
    if "anyOf" in schema:
        fitting = (s for s in schema["anyOf"] if is_valid(value, s, root))
        return canonical(value, next(fitting), root)
    if isinstance(value, dict):
        return {
            key: canonical(value.get(key, sub.get("default")), sub, root)
            for key, sub in schema["properties"].items()
            if key in value or "default" in sub
        }
    if isinstance(value, list):
        return [canonical(item, schema["items"], root) for item in value]
    if schema.get("type") == "number":
        return float(value)
    if schema.get("type") == "integer":
        return int(value)
    return value


def misplaced_stage_keys(stages: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each stage that lacks keys of training, or is a probe and has some."""
    for i, stage in enumerate(stages):
        missing = [key for key in OF_TRAINING if key not in stage]
        others = [key for key in stage if key not in OF_A_PROBE]
        if is_trained(stage) and missing:
            yield f"stages[{i}]: missing {', '.join(missing)}"
        if not is_trained(stage) and others:
            yield (
                f"stages[{i}]: a probe has no {', '.join(others)}; allowed beside probe: "
                f"{', '.join(key for key in OF_A_PROBE if key != 'probe')}"
            )


def with_its_keys(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage of a resolved config; a probe without what only training has."""
    return stage if is_trained(stage) else {key: stage[key] for key in OF_A_PROBE}


def without_other_sources(config: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The config without the settings of survey sources that are not used."""
    sources = {*schema["$defs"]["source"]["enum"]}

    def used(survey: dict[str, Any]) -> dict[str, Any]:
        others = sources - {survey["source"]}
        return {key: value for key, value in survey.items() if key not in others}

    several = {SURVEYS: [*map(used, config[SURVEYS])]} if SURVEYS in config else {}
    return config | {"survey": used(config["survey"])} | several


def without_other_starts(config: dict[str, Any]) -> dict[str, Any]:
    """The config without the settings of a simulated start, unless it begins with one."""
    if starts_simulated(config["model"]):
        return config
    model = {key: value for key, value in config["model"].items() if key != "simulated"}
    return config | {"model": model}


def is_valid(value: object, schema: Schema, root: Schema) -> bool:
    """Whether a value matches a part of the schema."""
    return Draft202012Validator({**schema, "$defs": root["$defs"]}).is_valid(value)


def contradictions(config: dict[str, Any], schema: Schema) -> Iterator[str]:
    """One line for each conflict between keys that are each valid on their own."""
    stages, survey = config["stages"], config["survey"]
    if isinstance(config["tree"], dict) and (line := mapping_contradiction(config["tree"])):
        yield line
        return
    scales = {name: one["training_scale"] for name, one in schema["$defs"]["sources"].items()}
    if lines := list(joined_contradictions(config, scales)):
        yield from lines
        return
    if config["tree"] != "galaxy_zoo_2":
        yield from tree_contradictions(questions_of(config["tree"]))
    for prefix, one in [("survey.", config), *parts_with_keys(config)]:
        for line in survey_contradictions(one, schema):
            yield re.sub(r"\bsurvey\.", prefix, line)
    names = Counter(stage["name"] for stage in stages)
    for name, count in names.items():
        if count > 1:
            yield f"stages: {count} stages are named {name!r}; allowed: a name of its own for each"
        if f"{name}_timing" in names:
            yield (
                f"stages: {name}_timing is the name of a file of the stage {name}; allowed: "
                "another name"
            )
    for i, (stage, following) in enumerate(zip(stages, [*stages[1:], None], strict=True)):
        same = following and all(stage.get(key) == following.get(key) for key in OF_MOMENTS)
        if stage.get("hand_on_moments") and not same:
            yield (
                f"stages[{i}].hand_on_moments: true is not allowed here, since the optimiser's "
                f"moments are for a next stage with the same {', '.join(OF_MOMENTS)}; allowed: "
                "false"
            )
    if is_of_a_hub(backbone := config["model"]["backbone"]):
        yield (
            f"model.backbone: {backbone} is an encoder of a hub; allowed: the timm architecture "
            f"that its config.json names, with model.weights: {backbone}"
        )
    weights = config["model"]["weights"]
    if is_of_a_hub(weights) and not re.fullmatch(HUB_NAME, weights):
        yield (
            f"model.weights: {weights} names no encoder of a hub; allowed: {HUB}OWNER/NAME, or "
            f"{HUB}OWNER/NAME@REVISION"
        )
    yield from training_list_contradictions(config["model"])
    for i, stage in enumerate(stages):
        if stage.get("hand_on_moments") and stage["keep"] == "best":
            yield (
                f"stages[{i}].keep: best is not allowed with hand_on_moments, since the "
                "optimiser's moments are those of the last epoch; allowed: last"
            )
    patch_px = patch_size_px(backbone)
    sizes_px = {f"stages[{i}].size": stage["size"] for i, stage in enumerate(stages)}
    if starts_simulated(config["model"]):
        sizes_px["model.simulated.size"] = config["model"]["simulated"]["size"]
    for key, size_px in sizes_px.items():
        if size_px % patch_px:
            yield (
                f"{key}: {size_px} px is not a whole number of patches of {backbone}; allowed: a "
                f"multiple of {patch_px} px"
            )
    for i, stage in enumerate(stages):
        if stage["loss"] == "cross_entropy" and config["model"]["output"] not in PROBABILITIES:
            yield (
                f"stages[{i}].loss: cross_entropy is not allowed with model.output: "
                f"{config['model']['output']}, whose outputs are not always between 0 and 1; "
                f"allowed: mean_squared_error, or an output of {' or '.join(PROBABILITIES)}"
            )
        yield from vote_contradictions(f"stages[{i}]", stage, config)
        if not is_trained(stage) and config["model"]["head"] != "linear":
            yield (
                f"stages[{i}].probe: it is not allowed with model.head: "
                f"{config['model']['head']}, which has hidden layers; allowed: model.head: linear"
            )
        if stage["class_weights"] and not has_classes(config):
            yield (
                f"stages[{i}].class_weights: {stage['class_weights']} is not allowed where a "
                "galaxy has no class; allowed: null, or survey.own.labels: class"
            )
        if stage.get("layer_decay") and isinstance(stage["lr"], list):
            yield (
                f"stages[{i}].lr: {stage['lr']} is not allowed with layer_decay, which sets each "
                "layer's rate; allowed: a number above 0"
            )
        if stage["size"] > survey["crop"]:
            yield (
                f"stages[{i}].size: {stage['size']} px is larger than the crop; "
                f"allowed: at most survey.crop, {survey['crop']} px"
            )
    for i, milestone in enumerate(config["milestones"]):
        if milestone["stage"] not in names:
            yield (
                f"milestones[{i}].stage: there is no stage {milestone['stage']}; allowed: "
                f"{', '.join(names)}"
            )
    if config["validation"] == FOLDS and len(config["seeds"]) == 1:
        yield (
            "validation: folds is not allowed with a single seed, which would have no galaxies to "
            "train on; allowed: two seeds at least, best five, or a fraction"
        )
    low, high = config["augmentation"]["zoom"]
    if low > high:
        yield f"augmentation.zoom: {[low, high]} is not allowed; allowed: [lowest, highest]"
    middle = config["augmentation"]["middle"]
    if middle is not None and not low <= middle <= high:
        yield (
            f"augmentation.middle: {middle} is not within augmentation.zoom, {[low, high]}; "
            "allowed: null, for the middle of these, or a number between them"
        )
    if config["augmentation"]["zoom_about"] == "random" and middle != 1:
        yield (
            "augmentation.zoom_about: random is not allowed with a middle other than 1, since a "
            "view could then leave the crop; allowed: centre, or augmentation.middle: 1.0"
        )


def training_list_contradictions(model: dict[str, Any]) -> Iterator[str]:
    """One line for each conflict of a list of galaxies that starting weights learnt."""
    given = training_list_of(model)
    if given is None:
        return
    if not may_have_learnt(model) or starts_simulated(model):
        yield (
            f"model.training_list: {given['table']} is not allowed with model.weights: "
            f"{model['weights']}, which learnt no survey's galaxies; allowed: null, or the weights "
            "whose owners publish that list"
        )
    if (given["ra_column"] is None) != (given["dec_column"] is None):
        yield (
            "model.training_list: ra_column and dec_column belong together, and one is missing; "
            "allowed: both, or neither"
        )


def parts_with_keys(config: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What begins the keys of each survey that is joined, and the config of it alone."""
    return [(f"surveys[{i}].", part) for i, part in enumerate(part_configs(config))]


def survey_contradictions(config: dict[str, Any], schema: Schema) -> Iterator[str]:
    """One line for each conflict within the settings of a survey, or with the tree."""
    survey = config["survey"]
    if config["tree"] != "galaxy_zoo_2":
        yield from foreign_tree_contradictions(survey, schema)
    if survey.get("own"):
        yield from own_contradictions(questions_of(config["tree"]), survey["own"])
    yield from source_contradictions(config, schema)


def vote_contradictions(name: str, stage: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    """One line for each key of the stage called `name` by which votes cannot be learnt."""
    of_votes = stage["loss"] == "dirichlet_multinomial"
    wanted = {"loss": of_votes, "vote_weights": stage["vote_weights"] is not None}
    for key in (key for key, is_wanted in wanted.items() if is_wanted):
        if not counts_votes(config):
            without = "mean_squared_error or cross_entropy" if key == "loss" else "null"
            yield (
                f"{name}.{key}: {stage[key]} is not allowed where votes are not counted; allowed: "
                f"{without}, or survey.own.labels: {' or '.join(COUNTED)}"
            )
    if of_votes and config["model"]["output"] != "softmax":
        yield (
            f"{name}.loss: dirichlet_multinomial is not allowed with model.output: "
            f"{config['model']['output']}, which has no concentrations; allowed: "
            "mean_squared_error, or model.output: softmax"
        )
    if all(wanted.values()):
        yield (
            f"{name}.vote_weights: {stage['vote_weights']:g} is not allowed with loss: "
            "dirichlet_multinomial, in which each vote counts already; allowed: null"
        )


def require_files(config: dict[str, Any], find: Callable[[str], str]) -> None:
    """Raise InputError if a file that a resolved config names is not there.

    `find` turns a path of the config into that of the file. Snakemake itself would go on with what
    was made from an earlier file.
    """
    weights_file(config["model"], find)
    require_training_list(config["model"], find)
    for survey in surveys_of(config):
        if (path := survey["fair_ids"]) and not Path(find(path)).is_file():
            of = f"{survey['name']}: " if is_joined(config) else ""
            raise InputError(
                f"config: survey.fair_ids: {of}there is no file {path}; give the path in full, or "
                f"from {Path.cwd()}"
            )


def source_contradictions(config: dict[str, Any], schema: Schema) -> Iterator[str]:
    """One line for each setting that the survey's source lacks or does not allow."""
    survey, published_on = config["survey"], config["published_on"]
    source = survey["source"]
    if published_on and source not in (*published_on, JOINED):
        kaggle = "survey={name: kaggle, source: kaggle}"
        yield (
            f"survey.source: {source} is not one of published_on, {', '.join(published_on)}, the "
            "galaxies of this published programme; allowed: one of these, as in --config "
            f"'{kaggle}', or --config 'published_on=[]' to try the programme on other galaxies"
        )
    if source == "files" and config["files"] is None:
        yield (
            "files: missing; allowed: the folder that holds images_training_rev1.zip and "
            "training_solutions_rev1.zip, as in --config files=PATH. Kaggle's client fetches them: "
            "kaggle competitions download -c galaxy-zoo-the-galaxy-challenge -p PATH, and then "
            "unzip -d PATH PATH/galaxy-zoo-the-galaxy-challenge.zip"
        )
    are_read = "files" in [one["source"] for one in surveys_of(config)]
    if not are_read and config["files"] is not None:
        yield (
            f"files: {config['files']!r} is not allowed with survey.source: {source}, which does "
            "not read it; allowed: null, or an experiment with survey.source: files, such as "
            "config/experiments/kaggle-files.yaml"
        )
    if source in survey and survey[source] is None:
        settings = schema["properties"]["survey"]["properties"][source]["properties"]
        yield f"survey.{source}: missing; allowed: a mapping of {', '.join(settings)}"
    own = survey.get("own") if source == "own" else None
    are_fractions = own and own["labels"].startswith(("gz2_", "debiased"))
    if own and own["far_sums"] == "mask" and (own["labels"] in COUNTED or not are_fractions):
        yield (
            f"survey.own.far_sums: mask is not allowed with survey.own.labels: {own['labels']}, "
            "whose sums may be any; allowed: normalise, or a catalogue's fractions, gz2_... or "
            "debiased"
        )
    if own and own["labels"] == "debiased" and not tree_at_hand(config["tree"]):
        yield (
            "survey.own.labels: debiased is not allowed with this tree, whose columns in a "
            f"catalogue are not known; allowed: another, or a tree of {', '.join(TREES)}"
        )
    if source == "simulation":
        galaxies = survey["simulation"]["galaxies"]
        shares = [survey["holdout"], config["validation"]]
        held_out = round(shares[0] * galaxies)
        share = 1 / len(config["seeds"]) if shares[1] == FOLDS else shares[1]
        valid = round(share * (galaxies - held_out))
        if min(held_out, valid, galaxies - held_out - valid) < 1:
            yield (
                f"survey.holdout, validation: {shares} of {galaxies} galaxies leave none "
                "to train on, validate on or hold out; allowed: fractions that leave some of each"
            )


def mapping_contradiction(tree: dict[str, Any]) -> str | None:
    """What is wrong with a tree that is given as a mapping, if anything is."""
    if set(tree) not in ({"classes"}, {"survey", "without"}):
        return f"tree: keys {', '.join(tree)}; allowed: classes alone, or survey and without"
    names = [asked.question for asked in TREES[tree["survey"]]] if "survey" in tree else []
    unknown = [name for name in tree.get("without", ()) if name not in names]
    if unknown:
        return (
            f"tree.without: {', '.join(unknown)} is no question of {tree['survey']}; allowed: "
            f"{', '.join(names)}"
        )
    if names and not questions_of(tree):
        return "tree.without: no question is left; allowed: to leave some in"
    return None


def foreign_tree_contradictions(survey: dict[str, Any], schema: Schema) -> Iterator[str]:
    """One line for each conflict of a survey with a tree other than Galaxy Zoo 2's."""
    own = survey.get("own")
    if not schema["$defs"]["sources"][survey["source"]]["any_tree"]:
        yield (
            "tree: the survey's labels are of Galaxy Zoo 2's tree; allowed: galaxy_zoo_2, unless "
            "survey.source is own and survey.own gives images and a table of your own"
        )
    if own and own["labels"].startswith("gz2_"):
        yield (
            f"survey.own.labels: {own['labels']} names Galaxy Zoo 2's columns; allowed "
            "with a tree of your own: weighted, shares, votes or class"
        )


def tree_contradictions(questions: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each conflict within a tree other than Galaxy Zoo 2's."""
    columns: list[str] = []
    # Each answer's question, and the answers that lead there, so far.
    asked_by: dict[str, tuple[int, tuple[str, ...]]] = {}
    for i, question in enumerate(questions):
        parents = parents_of(question["parent"])
        for parent in sorted(set(parents) - set(columns)):
            earlier = ", ".join([*columns, "null"])
            yield (
                f"tree[{i}].parent: {parent!r} is no column of an earlier question; "
                f"allowed: {earlier}"
            )
        if parents and len(question["answers"]) == 1:
            yield (
                f"tree[{i}].parent: {question['parent']!r} is not allowed for a question with one "
                "answer, whose column is a number by itself; allowed: null, or several answers"
            )
        for one, other in combinations(sorted(set(parents) & set(asked_by)), 2):
            if not exclude_each_other(one, other, asked_by):
                yield (
                    f"tree[{i}].parent: a volunteer may give both {one!r} and {other!r}, so that "
                    "the share who are asked is no sum of theirs; allowed: answers of which a "
                    "volunteer gives at most one"
                )
        columns += [answer["column"] for answer in question["answers"]]
        asked_by |= {answer["column"]: (i, parents) for answer in question["answers"]}
    for column, count in Counter(columns).items():
        if count > 1:
            yield f"tree: {count} answers have the column {column!r}; allowed: each its own"
    for column in sorted(set(columns) & TAKEN_COLUMNS):
        yield f"tree: no answer's column can be {column}, which has another use; allowed: any other"
    for column in sorted(set(columns) & {f"votes_{one}" for one in columns}):
        yield (
            f"tree: no answer's column can be {column} beside {column.removeprefix('votes_')}, "
            "whose votes are counted there; allowed: any other"
        )


def own_contradictions(questions: list[dict[str, Any]], own: dict[str, Any]) -> Iterator[str]:
    """One line for each conflict within the settings of the user's own table, or with the tree."""
    columns = {answer["column"] for question in questions for answer in question["answers"]}
    of_classes = own["labels"] == "class"
    if own["table"] is not None and own["image_column"] is None:
        yield (
            "survey.own.image_column: missing; allowed: the table's column that names each "
            "galaxy's image"
        )
    if own["table"] is not None and of_classes and own["class_column"] is None:
        yield (
            "survey.own.class_column: missing with labels: class; allowed: the table's column "
            "that holds each galaxy's class"
        )
    if not of_classes and own["class_column"] is not None:
        yield (
            f"survey.own.class_column: {own['class_column']!r} is not read with labels: "
            f"{own['labels']}; allowed: null, or labels: class"
        )
    if of_classes and (len(questions) != 1 or len(columns) < 2):
        yield (
            "survey.own.labels: class is not allowed with this tree, whose one question should "
            "have the classes as answers; allowed: a tree such as {classes: [elliptical, spiral]}"
        )
    single = [q["answers"][0]["column"] for q in questions if len(q["answers"]) == 1]
    if own["labels"] in COUNTED and single:
        yield (
            f"survey.own.labels: {own['labels']} is not allowed with {', '.join(single)}, the only "
            "answer of a question, whose votes are a share of nothing; allowed: weighted or shares"
        )
    scales = own["stretch"]["scales"]
    if scales is not None and len(scales) != len(own["bands"]):
        yield (
            f"survey.own.stretch.scales: {scales} are {len(scales)}, and survey.own.bands are "
            f"{len(own['bands'])}; allowed: a factor for each band, or null"
        )
    for column in {"GalaxyID", "name"} & {*own["carry"]}:
        yield (
            f"survey.own.carry: {column} is a column that goes along anyway, with the galaxy's own "
            "name or id; allowed: other columns"
        )
    if not of_classes and own["image_column"] in columns:
        yield (
            f"survey.own.image_column: {own['image_column']!r} is an answer's column; "
            "allowed: the one that names each galaxy's image"
        )


def counts_votes(config: dict[str, Any]) -> bool:
    """Whether the votes on all of a resolved config's galaxies are counted, not only shares."""
    return all(
        survey["source"] == "simulation" or kind_of_labels(survey) in COUNTED
        for survey in surveys_of(config)
    )


def has_classes(config: dict[str, Any]) -> bool:
    """Whether each of a resolved config's galaxies has a class."""
    return all(kind_of_labels(survey) == "class" for survey in surveys_of(config))


def kind_of_labels(survey: dict[str, Any]) -> str | None:
    """What the label columns of a survey of the user's own contain; None of another."""
    own = survey.get("own") if survey["source"] == "own" else None
    return own and own["labels"]


def named_after_galaxy_zoo(model: dict[str, Any]) -> bool:
    """Whether the names of backbone and weights tell that these were trained on Galaxy Zoo's votes.

    Of a path, only the file's own name counts: the folder may be named after this project.
    """
    weights = (model["weights"], model.get("simulated", {}).get("weights", ""))
    names = (name if is_of_a_hub(name) else Path(name).name for name in weights)
    return any(map(galaxy_zoo_names, (model["backbone"], *names)))


def patch_size_px(backbone: str) -> int:
    """Width of the patches that a backbone cuts a picture into, by its timm name; 1 for none.

    It is found by name because importing timm takes seconds, too long for reading the config.
    """
    named = re.search(r"(?:_patch|_p)(\d+)", backbone)
    return int(named[1]) if named else 1
