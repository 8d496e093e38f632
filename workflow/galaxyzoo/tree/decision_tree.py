"""Decision trees: their structure, the sum constraints they impose, and projection onto these.

An answer's weighted probability is its share of the votes on its question, times the weighted
probability of the answer that leads to the question. A question may have a single answer. Its
column then holds a number from 0 to 1 that is predicted on its own and obeys no sum constraint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.tree.parents import parents_of

DYKSTRA_ROUNDS = 50
NOTHING_KNOWN = "No label of the first questions."


@dataclass(frozen=True)
class Answer:
    """One answer: its column in tables, its name in figures and its phrase in sentences.

    Who gives a `last` answer is asked nothing more.
    """

    column: str
    name: str
    phrase: str = ""
    last: bool = False


@dataclass(frozen=True)
class Question:
    """One question: its number (from 1), its text, its answers, and the columns that lead to it.

    `parents` is empty for a question that every volunteer is asked. The answers of such a question
    sum to 1, unless there is only one. No volunteer gives two of the parents, so that the sum of
    their columns is the share of volunteers who are asked.
    """

    number: int
    text: str
    answers: tuple[Answer, ...]
    parents: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the question's columns, such as `Class7.1`."""
        return tuple(answer.column for answer in self.answers)

    @property
    def single(self) -> bool:
        """Whether it has a single answer, a number on its own. Such a question has no parent."""
        return len(self.answers) == 1


@dataclass(frozen=True)
class DecisionTree:
    """Questions in column order. Every array below has one column per answer, in that order."""

    questions: tuple[Question, ...]

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
        """The slice of each question's columns, in question order."""
        stops = np.cumsum([len(question.answers) for question in self.questions]).tolist()
        return tuple(
            slice(stop - len(q.answers), stop)
            for q, stop in zip(self.questions, stops, strict=True)
        )

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """Positions of each question's parent columns, none if everyone is asked."""
        return tuple(tuple(map(self.columns.index, q.parents)) for q in self.questions)

    @cached_property
    def asking_order(self) -> tuple[int, ...]:
        """Positions of the questions, each after the question that leads to it."""
        order: list[int] = []
        while len(order) < len(self.questions):
            known = {c for i in order for c in self.questions[i].columns}
            ready = [
                i
                for i, q in enumerate(self.questions)
                if i not in order and known.issuperset(q.parents)
            ]
            if not ready:
                raise ValueError("the decision tree has a question that no answer leads to")
            order += ready
        return tuple(order)

    def next_questions(self, column: str | None) -> tuple[int, ...]:
        """Positions of the questions that an answer leads to (None: those asked of everyone)."""
        return tuple(
            i
            for i, q in enumerate(self.questions)
            if column in q.parents or (column is None and not q.parents)
        )

    def share_asked(self, probabilities: np.ndarray, question: int) -> np.ndarray:
        """The share of volunteers (N,) who are asked a question, by its position.

        `probabilities` is (N, columns), weighted as the tree's columns are.
        """
        parents = list(self.parents[question])
        return probabilities[:, parents].sum(axis=1) if parents else np.ones(len(probabilities))

    def weighted(self, shares: Sequence) -> list:
        """Multiply each question's shares by the sum of its parents' weighted probabilities.

        `shares` holds one NumPy array or torch tensor (..., answers) per question, which sums to 1
        over its last axis. Returns the weighted probabilities as one array per question. The inputs
        are not modified.
        """
        weighted: list = [None] * len(self.questions)
        owner = {
            column: (i, k)
            for i, q in enumerate(self.questions)
            for k, column in enumerate(q.columns)
        }
        for i in self.asking_order:
            weighted[i] = shares[i]
            if parents := [owner[parent] for parent in self.questions[i].parents]:
                weighted[i] = shares[i] * sum(weighted[j][..., k : k + 1] for j, k in parents)
        return weighted

    @cached_property
    def sum_equations(self) -> tuple[np.ndarray, np.ndarray]:
        """The sum constraints as a matrix A (questions, columns) and totals b (questions,).

        Probabilities p (columns,) satisfy them if A @ p = b. The row of a question with a single
        answer is all zeros.
        """
        sums = np.zeros((len(self.questions), len(self.columns)))
        totals = np.zeros(len(self.questions))
        for i, (question, parents) in enumerate(zip(self.questions, self.parents, strict=True)):
            if question.single:
                continue
            sums[i, self.slices[i]] = 1
            sums[i, list(parents)] = -1
            totals[i] = not parents
        return sums, totals

    @cached_property
    def highest(self) -> np.ndarray:
        """Upper limits (columns,), infinite for columns that the sum constraints already limit."""
        return np.concatenate(
            [np.full(len(q.answers), 1.0 if q.single else np.inf) for q in self.questions]
        )

    def sum_errors(self, probabilities: np.ndarray) -> np.ndarray:
        """How far each question's sum is from its parents' sum.

        `probabilities` is (N, columns), float; returns (N, questions), float, at least 0.
        """
        sums, totals = self.sum_equations
        return np.abs(probabilities @ sums.T - totals)

    def nearest_consistent(self, probabilities: np.ndarray) -> np.ndarray:
        """The nearest values in [0, 1] that satisfy the tree's sum constraints.

        `probabilities` is (N, columns). Returns the same shape in float64; the sums are exact up to
        rounding. The values that satisfy the constraints form a convex set that contains the votes.
        So the result is no farther from the votes than `probabilities` are. Uses DYKSTRA_ROUNDS
        rounds of Dykstra's alternating projections (1983, JASA 78, 837), then divides each question
        by its sum.
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

    def favourite_path(self, probabilities: np.ndarray) -> list[int]:
        """Positions of the most probable answers on the way down the tree.

        `probabilities` is (columns,). Each answer is followed by the questions that it leads to,
        and a `last` one by none at all. A single answer leads on only if its value is at least 0.5.
        A question with an answer that is not known (NaN) is left out, with what it would lead to.
        """
        path: list[int] = []
        to_ask = list(self.next_questions(None))
        while to_ask:
            i = to_ask.pop(0)
            values = probabilities[self.slices[i]]
            if np.isnan(values).any():
                continue
            path.append(self.slices[i].start + int(np.argmax(values)))
            column = self.columns[path[-1]]
            if self.answers[column].last:
                break
            if not self.questions[i].single or values[0] >= 0.5:
                following = [q for q in self.next_questions(column) if q not in to_ask]
                to_ask = [*following, *to_ask]
        return path

    def describe(self, probabilities: np.ndarray) -> str:
        """A sentence made of the most probable answers' phrases, from probabilities (columns,).

        For a question with a single answer, it includes the value. It says only what is known.
        """
        if not (path := self.favourite_path(probabilities)):
            return NOTHING_KNOWN
        single = {question.columns[0] for question in self.questions if question.single}
        phrases = []
        for position in path:
            column = self.columns[position]
            value = f" {probabilities[position]:.2f}" if column in single else ""
            phrases.append(self.answers[column].phrase + value)
        sentence = ", ".join(phrase.strip() for phrase in phrases if phrase)
        return sentence[:1].upper() + sentence[1:] + "."

    def probabilities(self, table: pd.DataFrame) -> np.ndarray:
        """The tree's columns of a table of labels or predictions: (N, columns) float64."""
        return table[list(self.columns)].to_numpy(np.float64)


def shared_out(values: np.ndarray) -> np.ndarray:
    """Values (N, answers) of one question divided by their sum; equal shares where all are 0."""
    total = values.sum(axis=1, keepdims=True)
    equal = np.full_like(values, 1 / values.shape[1])
    return np.divide(values, total, out=equal, where=total > 0)


def tree_from(questions: Sequence[Mapping[str, Any]]) -> DecisionTree:
    """The decision tree of questions as the config gives them, with or without wording.

    A missing question text defaults to an empty string; for names and phrases see `answer_from`.
    """
    return DecisionTree(
        tuple(
            Question(
                number,
                question.get("text", ""),
                tuple(answer_from(answer) for answer in question["answers"]),
                parents_of(question.get("parent")),
            )
            for number, question in enumerate(questions, 1)
        )
    )


def answer_from(setting: Mapping[str, Any]) -> Answer:
    """The answer of a config entry. The name defaults to the column, the phrase to the name."""
    name = setting.get("name") or setting["column"]
    phrase = setting.get("phrase")
    phrase = name if phrase is None else phrase
    return Answer(setting["column"], name, phrase, setting.get("last", False))
