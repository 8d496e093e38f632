"""How long a job will take, by what jobs like it took, and what that is grounded on.

Standard library alone: this is imported when the Snakefile is read.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

NEVER_RUN, NOT_KNOWN = "none like it was run here", "is not known yet"


class Work(NamedTuple):
    """What a job has to do, as far as its time depends on it.

    Its time grows with each of the `amounts`, such as epochs and galaxies; one that is None is not
    known. Jobs that differ in anything `same`, such as the backbone, say nothing of each other's
    time. `others` change it by an unknown factor, and are told where they differ. Where either of
    two jobs does not have a thing, or has None, they are taken to agree in it.
    """

    rule: str
    amounts: Mapping[str, float | None]
    same: Mapping[str, Any]
    others: Mapping[str, Any]


class Past(NamedTuple):
    """A job that was run: its work, its seconds, and how many of these are the same for any amount.

    `whose` names its experiment, seed and stage, `when` is when it ended, in seconds of the epoch,
    and `device` what it ran on, "" if that was not recorded.
    """

    work: Work
    seconds: float
    fixed: float
    whose: str
    when: float
    device: str = ""


class Estimate(NamedTuple):
    """The seconds that a job will take, None without a ground; and the ground in words."""

    seconds: float | None
    ground: str


def estimate(work: Work, whose: str, pasts: Iterable[Past]) -> Estimate:
    """What a job of `whose` will take: as the one most like it, in proportion to its amounts."""
    alike = [past for past in pasts if past.work.rule == work.rule and agree(past.work, work)]
    if not alike:
        return Estimate(None, NEVER_RUN)
    if unknown := [name for name, amount in work.amounts.items() if not amount]:
        return Estimate(None, f"the number of {listed(unknown)} {NOT_KNOWN}")
    alike = [past for past in alike if all(map(past.work.amounts.get, work.amounts))]
    if not alike:
        return Estimate(None, f"of none like it is known how many {listed(work.amounts)} it had")
    best = min(
        alike, key=lambda past: (*unlikeness(past.work, work), past.whose != whose, -past.when)
    )
    return Estimate(scaled_seconds(best, work), in_words(best, work, whose))


def agree(one: Work, other: Work) -> bool:
    """Whether two jobs agree in all that must be the same."""
    return not differing(one.same, other.same)


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The names of things that both have, and in which they differ."""
    shared = [name for name in one if None not in (one[name], other.get(name))]
    return [name for name in shared if one[name] != other[name]]


def unlikeness(past: Work, work: Work) -> tuple[int, float, float]:
    """In how many other things a past job differs, and how far it is to be scaled.

    First by pixels, with which time grows less exactly than with the rest; then by all.
    """
    factors = {name: work.amounts[name] / past.amounts[name] for name in work.amounts}
    far = {name: abs(math.log(factor)) for name, factor in factors.items()}
    return len(differing(past.others, work.others)), far.get("pixels", 0.0), sum(far.values())


def scaled_seconds(past: Past, work: Work) -> float:
    """The seconds of a past job with the amounts of another."""
    factor = math.prod(work.amounts[name] / past.work.amounts[name] for name in work.amounts)
    return past.fixed + (past.seconds - past.fixed) * factor


def in_words(past: Past, work: Work, whose: str) -> str:
    """The ground of an estimate: whose job it is taken from, and what was and was not scaled."""
    words = ["as before" if past.whose == whose else f"as {past.whose}"]
    if past.device:
        words.append(f"on {past.device}")
    scaled = [
        f"from {past.work.amounts[name]:,.0f} to {amount:,.0f} {name}"
        for name, amount in work.amounts.items()
        if round(amount) != round(past.work.amounts[name])
    ]
    if scaled:
        words.append(f"scaled {' and '.join(scaled)}")
    unscaled = [
        f"{name} {past.work.others[name]} -> {work.others[name]}"
        for name in differing(past.work.others, work.others)
    ]
    if unscaled:
        words.append(f"not scaled for {' and '.join(unscaled)}")
    return ", ".join(words)


def listed(names: Iterable[str]) -> str:
    """Names in a line."""
    return " and ".join(names)


class Costs(NamedTuple):
    """What jobs cost: `seconds` of each, which are 0 for one without a ground; threads and GPUs.

    `after` has the positions of the jobs that each follows, all before its own.
    """

    seconds: Sequence[float]
    threads: Sequence[int]
    gpus: Sequence[int]
    after: Sequence[Iterable[int]]


def shortest_seconds(costs: Costs, cores: int | None, gpus: int | None) -> float:
    """What a run takes at least, whatever runs side by side.

    That is the longest chain of jobs that follow each other or, if that is more, what the cores, or
    the GPUs, take for all jobs if none is ever idle. None is a machine that is not known.
    """
    ends: list[float] = []
    for seconds, after in zip(costs.seconds, costs.after, strict=True):
        ends.append(seconds + max((ends[one] for one in after), default=0.0))
    limits = [max(ends, default=0.0)]
    for used, there in ((costs.threads, cores), (costs.gpus, gpus)):
        if there:
            busy = zip(costs.seconds, used, strict=True)
            limits.append(sum(seconds * min(one, there) for seconds, one in busy) / there)
    return max(limits)
