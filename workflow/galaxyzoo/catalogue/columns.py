"""The columns of a catalogue: their names, units, UCDs and what they mean.

Galaxy Zoo's published catalogues name a number by its question and answer, as in
`bar_yes_fraction`. Here letters, digits and underscores are used alone, as FITS asks.
"""

import re
from collections import Counter
from typing import NamedTuple

from galaxyzoo.tree import galaxy_zoo_2
from galaxyzoo.tree.decision_tree import DecisionTree, Question
from galaxyzoo.tree.galaxy_zoo_trees import TREES

# Names of Galaxy Zoo 2's questions and answers in Zoobot's label metadata, in the tree's order. It
# leaves out the kinds of odd feature.
GALAXY_ZOO_2_NAMES: list[tuple[str, list[str]]] = [
    ("smooth_or_featured", ["smooth", "featured_or_disk", "artifact"]),
    ("disk_edge_on", ["yes", "no"]),
    ("bar", ["yes", "no"]),
    ("has_spiral_arms", ["yes", "no"]),
    ("bulge_size", ["no", "just_noticeable", "obvious", "dominant"]),
    ("something_odd", ["yes", "no"]),
    ("how_rounded", ["round", "in_between", "cigar"]),
    (
        "odd_feature",
        ["ring", "lens_or_arc", "disturbed", "irregular", "other", "merger", "dust_lane"],
    ),
    ("bulge_shape", ["round", "boxy", "no_bulge"]),
    ("spiral_winding", ["tight", "medium", "loose"]),
    ("spiral_arm_count", ["1", "2", "3", "4", "more_than_4", "cant_tell"]),
]
ID = "id"
LONGEST_NAME = 68  # of a column in FITS
ENDS = (("lower", "stat.min"), ("upper", "stat.max"))


class Column(NamedTuple):
    """A column: its name, kind (such as float32 or str), unit, UCD and what it means.

    The id's kind is that of the input's.
    """

    name: str
    kind: str
    unit: str | None
    ucd: str | None
    description: str


def plain_name(column: str) -> str:
    """A tree's column with letters, digits and underscores alone, such as Class1_1 of Class1.1."""
    return re.sub(r"[^A-Za-z0-9_]", "_", column)


def joint_names(tree: DecisionTree) -> list[str]:
    """The names of the joint probabilities of a tree's columns, in its order.

    A name that would be too long for FITS, begin as a fraction's does, or be that of another column
    too, is `question_<n>_answer_<m>` instead. Capital letters make no difference there.
    """
    names = [plain_name(column) for column in tree.columns]
    others = {ID, *(column.name for column in MEASURED + MADE_BY), *(name for name, _ in FLAGS)}
    counts = Counter(name.lower() for one in names for name in names_with_interval(one))
    counts.update(others)
    answers = (
        f"question_{question.number}_answer_{number}"
        for question in tree.questions
        for number, _ in enumerate(question.answers, 1)
    )
    return [
        name
        if fits(name)
        and not name.lower().startswith("question_")
        and all(counts[one.lower()] == 1 for one in names_with_interval(name))
        else answer
        for name, answer in zip(names, answers, strict=True)
    ]


def question_names(tree: DecisionTree) -> list[tuple[str, list[str]]]:
    """The names of each question and its answers: Galaxy Zoo's, or those of a tree of one's own.

    A question of one's own is named by its number, an answer by its column. Where those names would
    be too long for FITS, or the same, the answers of the question are `answer_<m>`.
    """
    published = {
        tuple(f"{asked.question}_{answer}" for answer in asked.answers): asked
        for questions in TREES.values()
        for asked in questions
    }
    columns = [a["column"] for question in galaxy_zoo_2.QUESTIONS for a in question["answers"]]
    if list(tree.columns) == columns:
        return GALAXY_ZOO_2_NAMES
    names = []
    for question in tree.questions:
        if asked := published.get(question.columns):
            names.append((plain_name(asked.question), list(map(plain_name, asked.answers))))
            continue
        name = f"question_{question.number}"
        answers = [plain_name(column) for column in question.columns]
        distinct = len({answer.lower() for answer in answers}) == len(answers)
        if not (distinct and all(fits(fraction_name(name, answer)) for answer in answers)):
            answers = [f"answer_{number}" for number, _ in enumerate(answers, 1)]
        names.append((name, answers))
    return names


def fraction_name(question: str, answer: str) -> str:
    """The name of the share of those asked a question who would give an answer."""
    return f"{question}_{answer}_fraction"


def names_with_interval(name: str) -> list[str]:
    """The name of a probability, and those of the ends of its interval."""
    return [name, *(f"{name}_90pc_{end}" for end, _ in ENDS)]


def fits(name: str) -> bool:
    """Whether a probability's name, and those of its interval, are short enough for FITS."""
    return all(len(one) <= LONGEST_NAME for one in names_with_interval(name))


def catalogue_columns(tree: DecisionTree) -> list[Column]:
    """All columns of a catalogue but those of the input table, which come after the id."""
    columns = [
        Column(ID, "as given", None, "meta.id;meta.main", "what identifies the galaxy in the input")
    ]
    for question, (name, answers) in zip(tree.questions, question_names(tree), strict=True):
        columns += columns_of_question(question, name, answers)
    names = iter(joint_names(tree))
    for question in tree.questions:
        for answer in question.answers:
            text = f"{answer.name!r} to question {question.number}"
            columns += with_interval(
                next(names),
                f"share of all who would answer {text}"
                if not question.single
                else f"the number {answer.name!r}",
            )
    return columns + MEASURED + [flag(*one) for one in FLAGS] + MADE_BY


def columns_of_question(question: Question, name: str, answers: list[str]) -> list[Column]:
    """The share of all asked a question, and the fraction of each of its answers."""
    share_asked = Column(
        f"{name}_proportion_volunteers_asked",
        "float32",
        None,
        "stat.probability",
        f"share of all who would be asked question {question.number}, "
        f"{question.text!r}: that of the answers that lead to it",
    )
    fractions = [
        with_interval(
            fraction_name(name, short),
            f"share of those asked question {question.number} who would answer {answer.name!r}",
        )
        for answer, short in zip(question.answers, answers, strict=True)
    ]
    return [share_asked, *(column for three in fractions for column in three)]


def with_interval(name: str, meaning: str) -> list[Column]:
    """A probability and the ends of its interval."""
    value = Column(name, "float32", None, "stat.probability", meaning)
    ends = [
        Column(
            one,
            "float32",
            None,
            f"stat.probability;{ucd}",
            f"{end} end of the 90 % interval of {name}",
        )
        for one, (end, ucd) in zip(names_with_interval(name)[1:], ENDS, strict=True)
    ]
    return [value, *ends]


MEASURED = [
    Column("path", "str", None, "meta.note", "the most probable answers on the way down the tree"),
    Column("sentence", "str", None, "meta.note", "the same as a sentence"),
    Column(
        "network_disagreement",
        "float32",
        None,
        "stat.stdev;stat.probability",
        "standard deviation between networks, root mean square over all joint probabilities",
    ),
    Column(
        "view_disagreement",
        "float32",
        None,
        "stat.stdev;stat.probability",
        "the same between the views of a network, in the mean over networks",
    ),
    Column(
        "central_brightness",
        "float32",
        None,
        "phot.flux",
        "mean light above the sky within a twentieth of the crop's width of its centre, in levels "
        "of 0 to 255",
    ),
    Column(
        "half_light_radius",
        "float32",
        "pix",
        "phys.angSize",
        "radius around the centre that holds half of the light, in pixels of the crop",
    ),
    Column(
        "offset",
        "float32",
        "pix",
        "pos.angDistance",
        "distance of the middle of the brightest light from the centre, in pixels of the crop",
    ),
    Column(
        "feature_distance",
        "float32",
        None,
        "stat.value",
        "distance from the galaxies of training in the features of the first network; about 1 for "
        "those",
    ),
    Column(
        "strangeness",
        "float32",
        None,
        "stat.value",
        "distance of the tenth nearest other galaxy of this catalogue in the first network's "
        "reduced features, over its median; missing where fewer than eleven have features",
    ),
    Column(
        "how_fitted",
        "str",
        None,
        "meta.note",
        "resampled: to the scale of training; of unknown scale, cropped: the middle; resized: all",
    ),
    Column(
        "pixel_scale_factor",
        "float32",
        None,
        "arith.factor",
        "pixels of training for each pixel of the picture; missing where its scale is not known",
    ),
]
FLAGS = [  # names and meanings
    ("flag_too_little_light", "central_brightness is below that of 99 % of validation galaxies"),
    ("flag_off_centre", "offset is above that of 99 % of validation galaxies"),
    (
        "flag_scale",
        "half_light_radius is beyond that of 99 % of validation galaxies: another scale or size, "
        "or no light",
    ),
    ("flag_unlike_training", "feature_distance is above that of 99 % of validation galaxies"),
    ("flag_bad_image", "the picture cannot be used: bad_image_reason says why"),
]
MADE_BY = [
    Column("bad_image_reason", "str", None, "meta.note", "why the picture cannot be used"),
    Column("experiment", "str", None, "meta.id", "the experiment whose networks predicted this"),
    Column("commit", "str", None, "meta.version", "the commit of the code that predicted this"),
]


def flag(name: str, meaning: str) -> Column:
    """A column that is true where something is to be looked at."""
    return Column(name, "bool", None, "meta.code.qual", meaning)


def plain_columns(tree: DecisionTree) -> list[str]:
    """Names of the columns of the plain table: no intervals, and nothing measured but the flags."""
    left_out = {column.name for column in MEASURED} - {"sentence"}
    left_out |= {column.name for column in MADE_BY} - {"bad_image_reason"}
    names = [column.name for column in catalogue_columns(tree)]
    return [name for name in names if "_90pc_" not in name and name not in left_out]
