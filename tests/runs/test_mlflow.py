"""MLflow's store shows a run as it is on disk: a run of MLflow's for each curve."""

import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from followed import LAST, STAGE, followed, track, write_results, write_tables
from galaxyzoo.runs.tracking import SHOWN

pytestmark = pytest.mark.skipif(find_spec("mlflow") is None, reason="no mlflow here")
CURVE = f"{STAGE[0]}/seed{STAGE[1]}/{STAGE[2]}"


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory) -> Path:
    """A store without experiments, which takes seconds to make."""
    from galaxyzoo.runs.mlflow_runs import MlflowRuns

    folder = tmp_path_factory.mktemp("store")
    MlflowRuns(folder).shown("nothing")
    return folder / "mlflow.db"


@pytest.fixture
def results(empty_store, tmp_path) -> Path:
    """A folder of results with an empty store."""
    (tmp_path / "tracking").mkdir()
    shutil.copy(empty_store, tmp_path / "tracking")
    return tmp_path


def tracked(results: Path, *then):
    """Follow a run in which one thing after another happens; the client of its store."""
    from galaxyzoo.runs.mlflow_runs import MlflowRuns

    followed(results, MlflowRuns(results / "tracking"), *then)
    return MlflowRuns(results / "tracking").client


def runs_of(client) -> dict:
    """The runs in a store that nobody deleted, by curve."""
    found = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert len({run.data.tags["curve"] for run in found}) == len(found)
    return {run.data.tags["curve"]: run for run in found}


def points(client, run, name: str) -> list[tuple[int, float, float]]:
    """Step, value and time in seconds of each point of a run's metric, as they were written."""
    history = client.get_metric_history(run.info.run_id, name)
    return [(point.step, point.value, point.timestamp / 1000) for point in history]


def test_a_stage_is_a_run_with_its_tags_its_parameters_and_each_epoch(results):
    write_tables(results, 2)
    client = tracked(results, lambda: None, lambda: write_tables(results, 3))
    [run] = runs_of(client).values()
    assert set(run.data.metrics) == set(SHOWN)
    found = points(client, run, "error/validation")
    assert [step for step, _, _ in found] == [1, 2, 3]
    assert [value for _, value, _ in found] == pytest.approx([0.1, 0.05, 0.1 / 3])
    assert [time for _, _, time in found] == [LAST + 2 - 20, LAST + 2, LAST + 3]
    tags = {"experiment": "tiny", "survey": "sky", "commit": "4f2a", "seed": "3", "stage": "all_64"}
    assert tags.items() <= run.data.tags.items()
    assert run.data.params["stage.lr"] == "0.5"
    assert run.data.params["model.backbone"] == "test_resnet"
    assert run.info.run_name == "seed3/all_64"


def test_a_stage_that_was_stopped_and_goes_on_is_one_curve_of_one_run(results):
    write_tables(results, 2)
    [stopped] = runs_of(tracked(results)).values()
    assert stopped.info.status == "KILLED"
    write_tables(results, 4)
    (results / "tiny" / "seed3" / "stages" / "all_64.pt").touch()
    client = tracked(results)
    [run] = runs_of(client).values()
    assert run.info.run_id == stopped.info.run_id
    assert run.info.status == "FINISHED"
    for name in SHOWN:
        assert sorted(step for step, _, _ in points(client, run, name)) == [1, 2, 3, 4]


def test_a_stage_that_begins_anew_leaves_nothing_of_the_old_curve(results):
    write_tables(results, 3)
    tracked(results)
    client = tracked(results, lambda: write_tables(results, 1, error=0.7))
    [run] = runs_of(client).values()
    [(step, error, _)] = points(client, run, "error/validation")
    assert (step, error) == (1, pytest.approx(0.7))


def test_the_report_and_its_scores_are_kept_and_another_report_is_in_their_place(results):
    write_results(results, 0.25)
    client = tracked(results)
    [first] = runs_of(client).values()
    assert first.data.metrics == {
        "error/bag": 0.25,
        "error/seeds/3/single": 0.25,
        "error/validation": 0.5,
    }
    assert first.data.params["stages.all_64.size"] == "64"
    [same] = runs_of(tracked(results)).values()
    assert same.info.run_id == first.info.run_id
    write_results(results, 0.75)
    client = tracked(results)
    run = runs_of(client)["tiny"]
    assert run.data.metrics["error/bag"] == 0.75
    names = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert names == {"metrics.json", "report.html"}
    kept = client.download_artifacts(run.info.run_id, "metrics.json", str(results))
    assert json.loads(Path(kept).read_text(encoding="utf-8"))["rmse"]["bag"] == 0.75


def test_an_experiment_that_was_deleted_in_mlflow_is_there_again(results):
    write_tables(results, 1)
    client = tracked(results)
    client.delete_experiment(client.get_experiment_by_name("tiny").experiment_id)
    assert set(runs_of(tracked(results))) == {CURVE}


def test_a_store_that_is_damaged_is_told_in_a_sentence_and_the_run_goes_on(tmp_path):
    (tmp_path / "tracking").mkdir()
    (tmp_path / "tracking" / "mlflow.db").write_bytes(os.urandom(5000))
    write_tables(tmp_path, 1)
    [line] = track(tmp_path, "mlflow").splitlines()
    assert line.startswith("tracking: mlflow gets nothing more of this run, which goes on: ")
    assert "not a database" in line


def test_mlflow_that_is_not_installed_says_what_installs_it(tmp_path):
    missing = "raise ModuleNotFoundError('no', name='mlflow')"
    (tmp_path / "mlflow.py").write_text(missing, encoding="utf-8")
    [line] = track(tmp_path, "mlflow", PYTHONPATH=str(tmp_path)).splitlines()
    assert "pip install --require-hashes -r envs/mlflow.txt" in line
