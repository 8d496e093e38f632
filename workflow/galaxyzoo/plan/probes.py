"""Which stages train, and which are probes.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

OF_VOTES = "dirichlet_multinomial"  # under which outputs are concentrations, and not shares alone


def is_trained(stage: Mapping[str, Any]) -> bool:
    """Whether a stage trains, for some epochs, and is no probe."""
    return "probe" not in stage


def losses_of_two_kinds(config: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each probe of a resolved config whose head the next stage reads otherwise."""
    for stage, following in pairwise(config["stages"]):
        of_votes = [one["loss"] == OF_VOTES for one in (stage, following)]
        if not is_trained(stage) and of_votes[0] != of_votes[1]:
            yield (
                f"{config['experiment']}: the probe {stage['name']} has loss: {stage['loss']}, and "
                f"{following['name']} after it {following['loss']}: one of them takes the head's "
                "outputs for shares alone and the other for how sure they are too, so that most of "
                f"what the probe finds is lost; give the probe loss: {following['loss']}"
            )
