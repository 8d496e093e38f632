"""A run as MLflow shows it: an MLflow run for each curve, in a SQLite store."""

import json
import logging
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from galaxyzoo.runs.tracking import About

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # read on import

from mlflow.entities import Metric, Param, Run
from mlflow.tracking import MlflowClient

CURVE = "curve"  # the tag that a run of MLflow's is found by
AT_ONCE = 100  # parameters, of which MLflow takes no more
RESULTS = ("metrics.json", "report.html")


class MlflowRuns:
    """A `Tracker` that writes into `mlflow.db` in a folder, and artefacts below `mlflow/`.

    MLflow's experiments are ours by name. What a curve has of earlier runs is read from the store.
    """

    def __init__(self, folder: Path) -> None:
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        folder.mkdir(parents=True, exist_ok=True)
        self.files = folder.resolve() / "mlflow"
        self.client = MlflowClient(f"sqlite:///{folder.resolve() / 'mlflow.db'}")
        self.runs: dict[str, str] = {}  # ids, by curve
        self.open: set[str] = set()  # curves that grow
        self.waiting: dict[str, list[Metric]] = defaultdict(list)

    def shown(self, curve: str) -> pd.DataFrame | None:
        """The numbers that a curve has in the store, a column each, by step."""
        run = self.found(curve)
        if run is None:
            return None
        self.runs[curve] = run.info.run_id
        history = {
            name: {
                point.step: point.value
                for point in self.client.get_metric_history(run.info.run_id, name)
            }
            for name in run.data.metrics
        }
        return pd.DataFrame(history).sort_index()

    def begin(self, curve: str, about: About) -> None:
        """Begin a run of MLflow's, with its tags and parameters. An earlier one is deleted."""
        self.waiting.pop(curve, None)
        if run := self.found(curve):
            self.client.delete_run(run.info.run_id)
        name = curve.partition("/")[2] or "results"
        tags = about.tags | {CURVE: curve}
        run = self.client.create_run(self.experiment(curve), tags=tags, run_name=name)
        self.runs[curve] = run.info.run_id
        self.open.add(curve)
        parameters = [Param(name, text) for name, text in flat(about.parameters)]
        for first in range(0, len(parameters), AT_ONCE):
            self.client.log_batch(run.info.run_id, params=parameters[first : first + AT_ONCE])

    def add(self, curve: str, values: Mapping[str, float], step: int, time: float) -> None:
        """Add metrics, which `flush` writes."""
        milliseconds = round(1000 * time)
        self.waiting[curve] += [
            Metric(name, float(value), milliseconds, step) for name, value in values.items()
        ]

    def show(self, curve: str, folder: Path) -> None:
        """Keep an experiment's report and metrics.json as artefacts."""
        for name in RESULTS:
            self.client.log_artifact(self.runs[curve], str(folder / name))

    def flush(self) -> None:
        """Write what waits to be written."""
        for curve, metrics in self.waiting.items():
            if curve not in self.open:  # it was ended in an earlier run, and goes on
                self.client.update_run(self.runs[curve], status="RUNNING")
                self.open.add(curve)
            for first in range(0, len(metrics), AT_ONCE):
                self.client.log_batch(self.runs[curve], metrics=metrics[first : first + AT_ONCE])
        self.waiting.clear()

    def end(self, curve: str, status: str = "FINISHED") -> None:
        """End the curve's run, if it has not ended."""
        self.flush()
        if curve in self.open:
            self.client.set_terminated(self.runs[curve], status)
            self.open.remove(curve)

    def close(self) -> None:
        """End all runs. One that has not been ended yet was stopped."""
        for curve in list(self.open):
            self.end(curve, "KILLED")

    def experiment(self, curve: str) -> str:
        """The id of the experiment of MLflow's that a curve is in, which is made if there is none.

        One that was deleted in MLflow is there again, with its runs.
        """
        name = curve.partition("/")[0]
        known = self.client.get_experiment_by_name(name)
        if known is None:
            return self.client.create_experiment(name, (self.files / name).as_uri())
        if known.lifecycle_stage != "active":
            self.client.restore_experiment(known.experiment_id)
        return known.experiment_id

    def found(self, curve: str) -> Run | None:
        """The run of MLflow's that a curve is, if there is one."""
        of_curve = f"tags.{CURVE} = '{curve}'"
        return next(iter(self.client.search_runs([self.experiment(curve)], of_curve)), None)


def flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The values in mappings of mappings as text, by their names joined by dots."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value if isinstance(value, str) else json.dumps(value)
