"""Decision trees, each as one table from which everything else is derived.

An answer's weighted probability is its share of the votes on its question, times the weighted
probability of the answer that leads to the question. A question may have a single answer: its
column is then a number from 0 to 1 that is estimated by itself, and sums to nothing.

Galaxy Zoo 2's tree is here: its questions, answers and their order are those of Willett et al. 2013
(MNRAS 435, 2835, table 2), its columns `Class1.1` ... `Class11.6` those of Kaggle's *Galaxy Zoo -
The Galaxy Challenge*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np

DYKSTRA_ROUNDS = 50
MAIN_COLUMNS = 12

Setting = str | list[dict[str, Any]]  # the config's `tree`


@dataclass(frozen=True)
class Answer:
    """One answer: its column in a table of labels, its name, its part in the sentence.

    `number` is the one it has in Galaxy Zoo 2's catalogue.
    """

    column: str
    name: str
    phrase: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Question:
    """One question: its number, text and answers, and the column that leads to it.

    `parent` is None for a question that every volunteer is asked: its answers sum to 1, unless
    there is only one.
    """

    number: int
    text: str
    answers: tuple[Answer, ...]
    parent: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the question's columns, such as `Class7.1`."""
        return tuple(answer.column for answer in self.answers)

    @property
    def single(self) -> bool:
        """Whether it has one answer only, a number by itself; no answer leads to it."""
        return len(self.answers) == 1


@dataclass(frozen=True)
class DecisionTree:
    """Questions in column order; every array below has one column per answer, in that order.

    `main_columns` are those that a figure with room for a dozen shows.
    """

    questions: tuple[Question, ...]
    main_columns: tuple[str, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column for question in self.questions for column in question.columns)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The answer behind each column."""
        return {answer.column: answer for q in self.questions for answer in q.answers}

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each question's columns stand, in the order of the questions."""
        stops = np.cumsum([len(question.answers) for question in self.questions]).tolist()
        return tuple(
            slice(stop - len(q.answers), stop)
            for q, stop in zip(self.questions, stops, strict=True)
        )

    @cached_property
    def parents(self) -> tuple[int | None, ...]:
        """Position of each question's parent column, None where there is none."""
        return tuple(q.parent and self.columns.index(q.parent) for q in self.questions)

    @cached_property
    def asking_order(self) -> tuple[int, ...]:
        """Positions of the questions, each after the question that leads to it."""
        order: list[int] = []
        while len(order) < len(self.questions):
            known = {c for i in order for c in self.questions[i].columns} | {None}
            ready = [
                i for i, q in enumerate(self.questions) if i not in order and q.parent in known
            ]
            if not ready:
                raise ValueError("the decision tree has a question that no answer leads to")
            order += ready
        return tuple(order)

    def next_questions(self, column: str | None) -> tuple[int, ...]:
        """Positions of the questions that an answer leads to (None: those asked of everyone)."""
        return tuple(i for i, q in enumerate(self.questions) if q.parent == column)

    def weighted(self, shares: Sequence) -> list:
        """Multiply each question's shares by the weighted probability of its parent.

        `shares` holds one array or tensor (..., answers) per question, each summing to 1 over its
        last axis; what returns is alike, weighted, to be concatenated by the caller. Works for
        NumPy arrays and torch tensors, without writing in place.
        """
        weighted: list = [None] * len(self.questions)
        owner = {
            column: (i, k)
            for i, q in enumerate(self.questions)
            for k, column in enumerate(q.columns)
        }
        for i in self.asking_order:
            weighted[i] = shares[i]
            if (parent := self.questions[i].parent) is not None:
                j, k = owner[parent]
                weighted[i] = shares[i] * weighted[j][..., k : k + 1]
        return weighted

    @cached_property
    def sum_equations(self) -> tuple[np.ndarray, np.ndarray]:
        """The tree's sums as equations: (questions, columns) @ probabilities = (questions,).

        That of a question with a single answer is 0 = 0.
        """
        sums = np.zeros((len(self.questions), len(self.columns)))
        totals = np.zeros(len(self.questions))
        for i, (question, parent) in enumerate(zip(self.questions, self.parents, strict=True)):
            if question.single:
                continue
            sums[i, self.slices[i]] = 1
            if parent is None:
                totals[i] = 1
            else:
                sums[i, parent] = -1
        return sums, totals

    @cached_property
    def highest(self) -> np.ndarray:
        """What each column may be at most, where the sums do not say it: (columns,)."""
        return np.concatenate(
            [np.full(len(q.answers), 1.0 if q.single else np.inf) for q in self.questions]
        )

    def sum_errors(self, probabilities: np.ndarray) -> np.ndarray:
        """How far each question's sum is from its parent's value.

        `probabilities` is (N, columns), float; returns (N, questions), float, at least 0.
        """
        sums, totals = self.sum_equations
        return np.abs(probabilities @ sums.T - totals)

    def nearest_consistent(self, probabilities: np.ndarray) -> np.ndarray:
        """The nearest values in [0, 1] that meet the tree's sums.

        `probabilities` is (N, columns); returns alike, in float64, with sums true to rounding.
        Volunteers' votes meet the sums too, and all that do are a convex set: the nearest of them
        is no farther from the votes than what was given. Found by Dykstra's alternating projections
        (1983, JASA 78, 837); what is left after so many rounds is shared out by ratio.
        """
        sums, totals = self.sum_equations
        to_plane = np.linalg.pinv(sums).T
        positive, correction = probabilities.astype(np.float64), 0.0
        for _ in range(DYKSTRA_ROUNDS):
            met = positive - (positive @ sums.T - totals) @ to_plane
            positive = np.clip(met + correction, 0, self.highest)
            correction = met + correction - positive
        shares = [
            positive[:, s] if q.single else shared_out(positive[:, s])
            for q, s in zip(self.questions, self.slices, strict=True)
        ]
        return np.concatenate(self.weighted(shares), axis=1)

    def favourite_path(self, probabilities: np.ndarray) -> list[str]:
        """Columns of the most probable answers met on the way down the tree.

        `probabilities` is (columns,); each question is followed by those its answer leads to, if
        the answer is the only one and less than a half, by none.
        """
        path: list[str] = []

        def ask(column: str | None) -> None:
            for i in self.next_questions(column):
                values = probabilities[self.slices[i]]
                path.append(self.questions[i].columns[int(np.argmax(values))])
                if not self.questions[i].single or values[0] >= 0.5:
                    ask(path[-1])

        ask(None)
        return path

    def describe(self, probabilities: np.ndarray) -> str:
        """The sentence that the most probable answers make of a galaxy, of (columns,) values.

        Of a question with a single answer, it tells the value.
        """
        single = {question.columns[0] for question in self.questions if question.single}
        phrases = [
            self.answers[column].phrase
            + (f" {probabilities[self.columns.index(column)]:.2f}" if column in single else "")
            for column in self.favourite_path(probabilities)
        ]
        sentence = ", ".join(phrase.strip() for phrase in phrases if phrase)
        return sentence[:1].upper() + sentence[1:] + "."


def shared_out(values: np.ndarray) -> np.ndarray:
    """Values (N, answers) of one question, divided by their sum; alike where all are 0."""
    total = values.sum(axis=1, keepdims=True)
    alike = np.full_like(values, 1 / values.shape[1])
    return np.divide(values, total, out=alike, where=total > 0)


GALAXY_ZOO_2 = DecisionTree(
    (
        Question(
            1,
            "Is the galaxy simply smooth and rounded, with no sign of a disc?",
            (
                Answer("Class1.1", "smooth", "a smooth galaxy", number=1),
                Answer(
                    "Class1.2", "features or disc", "a galaxy with features or a disc", number=2
                ),
                Answer("Class1.3", "star or artifact", "a star or an artifact", number=3),
            ),
        ),
        Question(
            2,
            "Could this be a disc viewed edge-on?",
            (
                Answer("Class2.1", "edge-on", "seen edge-on", number=4),
                Answer("Class2.2", "not edge-on", number=5),
            ),
            "Class1.2",
        ),
        Question(
            3,
            "Is there a sign of a bar feature through the centre?",
            (
                Answer("Class3.1", "bar", "with a bar", number=6),
                Answer("Class3.2", "no bar", "without a bar", number=7),
            ),
            "Class2.2",
        ),
        Question(
            4,
            "Is there any sign of a spiral arm pattern?",
            (
                Answer("Class4.1", "spiral", "with a spiral pattern", number=8),
                Answer("Class4.2", "no spiral", "no spiral pattern", number=9),
            ),
            "Class2.2",
        ),
        Question(
            5,
            "How prominent is the central bulge, compared with the rest of the galaxy?",
            (
                Answer("Class5.1", "no bulge", "no bulge", number=10),
                Answer("Class5.2", "just noticeable bulge", "a just noticeable bulge", number=11),
                Answer("Class5.3", "obvious bulge", "an obvious bulge", number=12),
                Answer("Class5.4", "dominant bulge", "a dominant bulge", number=13),
            ),
            "Class2.2",
        ),
        Question(
            6,
            "Is there anything odd?",
            (
                Answer("Class6.1", "odd", "something odd", number=14),
                Answer("Class6.2", "not odd", number=15),
            ),
        ),
        Question(
            7,
            "How rounded is it?",
            (
                Answer("Class7.1", "completely round", "completely round", number=16),
                Answer("Class7.2", "in between", "neither round nor elongated", number=17),
                Answer("Class7.3", "cigar-shaped", "cigar-shaped", number=18),
            ),
            "Class1.1",
        ),
        Question(
            8,
            "Is the odd feature a ring, or is the galaxy disturbed or irregular?",
            (
                Answer("Class8.1", "ring", "a ring", number=19),
                Answer("Class8.2", "lens or arc", "a lens or an arc", number=20),
                Answer("Class8.3", "disturbed", "disturbed", number=21),
                Answer("Class8.4", "irregular", "irregular", number=22),
                Answer("Class8.5", "other", "of some other kind", number=23),
                Answer("Class8.6", "merger", "a merger", number=24),
                Answer("Class8.7", "dust lane", "a dust lane", number=38),
            ),
            "Class6.1",
        ),
        Question(
            9,
            "Does the galaxy have a bulge at its centre? If so, what shape?",
            (
                Answer("Class9.1", "rounded bulge", "with a rounded bulge", number=25),
                Answer("Class9.2", "boxy bulge", "with a boxy bulge", number=26),
                Answer("Class9.3", "no bulge", "without a bulge", number=27),
            ),
            "Class2.1",
        ),
        Question(
            10,
            "How tightly wound do the spiral arms appear?",
            (
                Answer("Class10.1", "tight", "tightly wound", number=28),
                Answer("Class10.2", "medium", "medium wound", number=29),
                Answer("Class10.3", "loose", "loosely wound", number=30),
            ),
            "Class4.1",
        ),
        Question(
            11,
            "How many spiral arms are there?",
            (
                Answer("Class11.1", "1 arm", "one arm", number=31),
                Answer("Class11.2", "2 arms", "two arms", number=32),
                Answer("Class11.3", "3 arms", "three arms", number=33),
                Answer("Class11.4", "4 arms", "four arms", number=34),
                Answer("Class11.5", "more than 4 arms", "more than four arms", number=36),
                Answer("Class11.6", "can't tell", "arms that can't be counted", number=37),
            ),
            "Class4.1",
        ),
    ),
    # One or two answers of each question that many galaxies come to: both sides of a question with
    # two answers would show the same cloud twice.
    main_columns=(
        *("Class1.1", "Class1.2", "Class7.1", "Class7.3"),
        *("Class2.1", "Class9.1", "Class3.1", "Class4.1"),
        *("Class10.1", "Class11.2", "Class5.3", "Class6.1"),
    ),
)


def tree_from(setting: Setting) -> DecisionTree:
    """The tree that the config's `tree` is, whole or without its words."""
    if setting == "galaxy_zoo_2":
        return GALAXY_ZOO_2
    questions = tuple(
        Question(
            number,
            question.get("text", ""),
            tuple(answer_from(answer) for answer in question["answers"]),
            question.get("parent"),
        )
        for number, question in enumerate(setting, 1)
    )
    return DecisionTree(questions, main_columns(questions))


def answer_from(setting: Mapping[str, str | None]) -> Answer:
    """An answer of the config's `tree`: named by its column and told by its name by default."""
    name = setting.get("name") or setting["column"]
    phrase = setting.get("phrase")
    return Answer(setting["column"], name, name if phrase is None else phrase)


def main_columns(questions: Sequence[Question]) -> tuple[str, ...]:
    """At most twelve columns, the first of each question before the second of any.

    Of the two answers to a question the second is left out: it would show the same cloud twice.
    """
    shown = [q.columns[:1] if len(q.columns) == 2 else q.columns for q in questions]
    in_turn = [column for turn in zip_longest(*shown) for column in turn if column]
    return tuple(in_turn[:MAIN_COLUMNS])


def without_words(setting: Setting) -> Setting:
    """The config's `tree` with columns and parents alone: all that anything but the words hangs on.

    So a rule that shows no words depends on none.
    """
    if isinstance(setting, str):
        return setting
    return [
        {
            "parent": question.get("parent"),
            "answers": [{"column": answer["column"]} for answer in question["answers"]],
        }
        for question in setting
    ]
