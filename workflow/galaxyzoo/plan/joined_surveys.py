"""Several surveys in one experiment: the config's `surveys`, which `survey.source: joined` joins.

Each is a survey as any other, with files of its own, that experiments on it alone share. The
resolved config of an experiment on one of them is its `part_configs`.
Standard library alone: this is imported when the Snakefile is read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from galaxyzoo.plan.picture_settings import pictures_of_survey

Config = dict[str, Any]
Survey = Mapping[str, Any]

JOINED = "joined"  # the source of a survey that is several
SURVEYS = "surveys"  # the key that lists them
# Keys of `survey` that each of them has unless it says otherwise, and those that are of all alike.
OF_ALL = ("crop", "holdout", "holdout_seed", "on_bad_galaxy", "labelled_by")
THE_SAME = ("crop", "on_bad_galaxy")
OF_SEVERAL = "labellers"  # who labelled surveys that different people, or programs, labelled
TAKEN = "survey"  # the column that says which survey a galaxy is of
ONE_SCALE = (
    "allowed: the same, as with radius_column, or null in both, which leaves the scale unknown"
)


def is_joined(config: Survey) -> bool:
    """Whether the survey of a config is several that are joined."""
    return config["survey"]["source"] == JOINED


def surveys_of(config: Survey) -> Sequence[Survey]:
    """The `survey` of each source that the galaxies of a resolved config are from."""
    return config.get(SURVEYS) or [config["survey"]]


def part_configs(config: Survey) -> list[Config]:
    """The config of an experiment on each of the surveys that are joined; none if none are."""
    if not is_joined(config):
        return []
    alone = {key: value for key, value in config.items() if key != SURVEYS}
    others = {"files": None}
    return [
        alone | {"survey": survey} | ({} if survey["source"] == "files" else others)
        for survey in config.get(SURVEYS) or ()
    ]


def with_keys_of_all(config: Config) -> Config:
    """A config in which each of `surveys` has what `survey` says of all; without null ones."""
    if config.get(SURVEYS) is None:
        return {key: value for key, value in config.items() if key != SURVEYS}
    of_all = {key: config["survey"][key] for key in OF_ALL if key in config["survey"]}
    return config | {SURVEYS: [of_all | survey for survey in config[SURVEYS]]}


def joined_contradictions(config: Config, scales: Mapping[str, float | None]) -> Iterator[str]:
    """One line for each conflict between surveys that are to be joined, by a filled config.

    `scales` has the pixel scale of each source's pictures, in radii, None where it is not known.
    """
    surveys = config.get(SURVEYS)
    if surveys is None and is_joined(config):
        yield (
            "surveys: missing with survey.source: joined; allowed: a list of at least two surveys, "
            "each a mapping of the keys of survey, with a name and a source of its own"
        )
    if surveys is None:
        return
    if not is_joined(config):
        yield (
            f"surveys: not allowed with survey.source: {config['survey']['source']}, which is one "
            "survey by itself; allowed: null, or survey.source: joined and a new survey.name"
        )
        return
    if config["survey"]["fair_ids"] is not None:
        yield (
            "survey.fair_ids: not allowed with survey.source: joined, since each survey has ids of "
            "its own; allowed: null, and fair_ids in the entries of surveys"
        )
    names = Counter(survey["name"] for survey in [config["survey"], *surveys])
    for name, count in names.items():
        if count > 1:
            yield (
                f"surveys: {count} surveys, the joined one counted, are named {name!r}; allowed: a "
                "name of its own for each"
            )
    for i, survey in enumerate(surveys):
        if survey["source"] == JOINED:
            yield f"surveys[{i}].source: joined is not allowed here; allowed: any other source"
        if TAKEN in (survey.get("own") or {}).get("carry", ()):
            yield (
                f"surveys[{i}].own.carry: {TAKEN} is the column that says which survey a galaxy is "
                "of; allowed: other columns"
            )
        for key in THE_SAME:
            if survey[key] != config["survey"][key]:
                yield (
                    f"surveys[{i}].{key}: {survey[key]} of {survey['name']} is not survey.{key}, "
                    f"{config['survey'][key]}, which is that of all; allowed: to leave it out"
                )
    yield from labeller_contradictions(config["survey"], surveys)
    for one, other in combinations(range(len(surveys)), 2):
        yield from pair_contradictions(surveys, one, other, scales)


def labeller_contradictions(joined: Survey, surveys: Sequence[Survey]) -> Iterator[str]:
    """One line if what is said of who labelled the joined survey is not true of all its parts."""
    people = {survey["name"]: survey["labelled_by"] for survey in surveys}
    said = joined["labelled_by"]
    if said != OF_SEVERAL and set(people.values()) != {said}:
        each = ", ".join(f"{who} ({name})" for name, who in people.items())
        yield (
            f"survey.labelled_by: {said} is not true of all surveys: {each}; allowed: "
            f"{OF_SEVERAL}, or the same in all"
        )


def pair_contradictions(
    surveys: Sequence[Survey], one: int, other: int, scales: Mapping[str, float | None]
) -> Iterator[str]:
    """One line for each key by which two surveys cannot be joined, which names both."""
    first, second = surveys[one], surveys[other]
    if JOINED in (first["source"], second["source"]):
        return
    source = first["source"]
    if source == second["source"] and first.get(source) == second.get(source):
        yield (
            f"surveys[{other}]: {second['name']} has the same galaxies as surveys[{one}], "
            f"{first['name']}; allowed: another source, or other settings of {source}"
        )
    pictures = [pictures_of_survey(survey) for survey in (first, second)]
    both = f"{first['name']} has {{}}, and {second['name']} {{}}"
    bands = [picture["bands"] for picture in pictures]
    are_own = first["source"] == second["source"] == "own"
    if len(bands[0]) != len(bands[1]) or (are_own and bands[0] != bands[1]):
        told = both.format(*(", ".join(names) for names in bands))
        yield f"surveys[{other}].own.bands: {told}; allowed: the same bands in all surveys"
    if are_own and pictures[0]["stretch"] != pictures[1]["stretch"]:
        told = both.format(*(picture["stretch"] for picture in pictures))
        yield f"surveys[{other}].own.stretch: {told}; allowed: the same in all surveys"
    known = [
        picture["training_scale"] or scales[survey["source"]]
        for picture, survey in zip(pictures, (first, second), strict=True)
    ]
    if None not in known and known[0] != known[1]:
        told = both.format(*(f"{scale:g} radii per pixel" for scale in known))
        yield f"surveys[{other}].own.training_scale: {told}; {ONE_SCALE}"
    sizes = [picture["sizes"] for picture in pictures]
    if "resize" in sizes and sizes[0] != sizes[1]:
        yield (
            f"surveys[{other}].own.sizes: {both.format(*sizes)}; allowed: resize in both or in none"
        )
