"""Which stages train, and which are probes.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any


def is_trained(stage: Mapping[str, Any]) -> bool:
    """Whether a stage trains, for some epochs, and is no probe."""
    return "probe" not in stage
