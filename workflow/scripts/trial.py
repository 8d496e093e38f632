"""Try how fast stages and predictions are here, for `snakemake plan` alone.

On standard input, as JSON: `seconds` for each of the `trials`, and these, as
`galaxyzoo.plan.trials` gives them. The last line on standard output is a list of as many answers:
the galaxies and what they took or, where that failed, why in words.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.engine.trial import prediction_trial, training_trial
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus


def tried(trial: dict[str, Any], seconds: float) -> list[float] | str:
    """The galaxies of a trial and the seconds that they took, or why it failed."""
    settings, threads = trial["settings"], trial["threads"]
    try:
        if trial["tta"] is None:
            return [*training_trial(settings, threads, trial["valid_share"], seconds)]
        return [*prediction_trial(settings, trial["tta"], trial["crop"], threads, seconds)]
    except Exception as error:  # a plan is worth having without this one
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    logging.disable()
    asked = json.load(sys.stdin)
    lease_gpu(visible_gpus(), asked=asked["gpu"])
    print(json.dumps([tried(trial, asked["seconds"]) for trial in asked["trials"]]))
