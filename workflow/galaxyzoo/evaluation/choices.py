"""What was chosen on validation galaxies and makes their errors optimistic, in words."""

from collections.abc import Mapping
from typing import Any

# What may have been chosen, by its key in metrics.json.
CHOSEN = {
    "epochs_chosen": "Epochs were chosen by the error on validation galaxies (keep: best)",
    "penalties_chosen": "The penalties of probes were chosen by the error on validation galaxies",
}

OF_ITS_FOLD = ", each on a fold of its own"
OPTIMISTIC = (
    "so that this error is optimistic. Recalibration and intervals are fitted on the same "
    "galaxies, and may promise too much."
)


def choices_in_words(metrics: Mapping[str, Any]) -> list[str]:
    """Sentences for every page with such an error; `metrics` is the content of metrics.json."""
    chosen = [sentence for key, sentence in CHOSEN.items() if metrics.get(key)]
    whose = OF_ITS_FOLD if metrics.get("folds") else ""
    return [f"{sentence}{whose}, {OPTIMISTIC}" for sentence in chosen]
