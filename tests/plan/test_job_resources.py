"""What a job asks a cluster for."""

import pytest

from galaxyzoo.plan.job_resources import (
    MOST_MINUTES,
    SNAKEMAKE_MB,
    Job,
    Work,
    disk_mb,
    kind_of,
    memory_mb,
    runtime_minutes,
    work_of_prediction,
    work_of_stage,
)

GB = 10**9
CROP = 160
STAGE = {"size": 128, "epochs": 4, "batch_size": 64}
AUGMENTATION = {"zoom": [1.0, 1.44], "middle": None}
SIZES = {"crops": 60_000 * CROP**2 * 3, "tables": 30 * 10**6, "weights": 20 * 10**6}


def job(rule: str = "train_stage", **changes) -> Job:
    """A job that trains on a survey of 60,000 galaxies, or another."""
    work = Work(views=13, size_px=128, batch=64, zoom=1.2)
    return Job(rule, SIZES, 8, on_gpu=False, crop_px=CROP, work=work)._replace(**changes)


def test_memory_grows_with_galaxies_crop_size_and_batch():
    more = [
        job(sizes=SIZES | {"crops": 2 * SIZES["crops"]}),
        job(sizes=SIZES | {"tables": 2 * SIZES["tables"]}),
        job(sizes=SIZES | {"weights": 2 * SIZES["weights"]}),
        job(work=job().work._replace(size_px=224)),
        job(work=job().work._replace(batch=128)),
    ]
    assert all(memory_mb(one) > memory_mb(job()) for one in more)


def test_a_survey_that_is_streamed_to_a_gpu_fits_besides_torch():
    # 4.6 GB of crops, and 4.2 GB of them at 154 of their 160 pixels
    assert memory_mb(job(on_gpu=True)) > 9_000
    assert memory_mb(job(sizes=SIZES | {"crops": 20 * GB})) > 40_000  # no limit of 8 GB


def test_an_attempt_after_another_asks_for_more_but_never_for_more_than_a_day():
    assert memory_mb(job(), attempt=2) == 2 * memory_mb(job())
    assert runtime_minutes(job("bag", work=None), 3) == 3 * runtime_minutes(job("bag", work=None))
    assert runtime_minutes(job(work=job().work._replace(views=10**6)), 3) == MOST_MINUTES


def test_time_grows_with_epochs_and_is_less_on_a_gpu():
    few, many = (work_of_stage(STAGE | {"epochs": n}, AUGMENTATION) for n in (4, 40))
    assert few.zoom == pytest.approx(1.2)  # the geometric mean
    assert runtime_minutes(job(work=few)) < runtime_minutes(job(work=many))
    assert runtime_minutes(job(work=many, on_gpu=True)) < runtime_minutes(job(work=many))


def test_a_prediction_counts_its_views():
    tta = {"rotations": 4, "flips": True, "zooms": [1.0, 1.1], "batch_size": 256}
    config = {"tta": tta, "stages": [STAGE], "augmentation": AUGMENTATION}
    assert work_of_prediction(config)[:3] == (17, 128, 256)


def test_each_process_of_a_crop_counts():
    one, eight = (memory_mb(job("crop_training", work=None, threads=n)) for n in (1, 8))
    assert eight - SNAKEMAKE_MB == pytest.approx(4.5 * (one - SNAKEMAKE_MB), abs=2)  # 9 to 2


def test_room_on_the_disk_follows_from_what_is_read():
    assert disk_mb(job(sizes={})) == 1000
    assert disk_mb(job(sizes={"others": GB})) == 3000


def test_files_are_told_apart_by_their_names():
    names = ("training.npy", "head.pt", "x.safetensors", "bag.parquet", "training.csv", "a.zip")
    kinds = ["crops", "weights", "weights", "tables", "tables", "others"]
    assert [kind_of(f"results/{name}") for name in names] == kinds
