"""What was chosen on validation galaxies and makes their errors optimistic, in words."""

from collections.abc import Mapping
from typing import Any

EPOCHS_CHOSEN = (
    "Epochs were chosen by the error on validation galaxies (keep: best), so that this error is "
    "optimistic. Recalibration and intervals are fitted on the same galaxies, and may promise too "
    "much."
)


def choices_in_words(metrics: Mapping[str, Any]) -> list[str]:
    """Sentences for every page with such an error; `metrics` is the content of metrics.json."""
    return [EPOCHS_CHOSEN] if metrics.get("epochs_chosen") else []
