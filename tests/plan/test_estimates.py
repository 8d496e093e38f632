"""How long jobs will take: scaled from those before, with the ground in words, or none."""

import pytest

from galaxyzoo.plan.estimates import Costs, Estimate, Past, Work, estimate, shortest_seconds

SAME = {"backbone": "resnet", "frozen": False, "device": "CPU"}
AMOUNTS = {"epochs": 12, "galaxies": 1000, "pixels": 80**2}
BEFORE = Work("train_stage", AMOUNTS, SAME, {"batch_size": 64, "threads": 2})
# 100 seconds, of which 10 are those of its start.
PAST = Past(BEFORE, 100.0, 10.0, "demo, seed 0, all", when=1.0)


def work(same=SAME, others=BEFORE.others, **amounts) -> Work:
    return Work("train_stage", AMOUNTS | amounts, same, others)


@pytest.mark.parametrize(
    ("amounts", "seconds", "ground"),
    [
        ({}, 100.0, "as before"),
        ({"epochs": 24}, 190.0, "as before, scaled from 12 to 24 epochs"),
        ({"galaxies": 500.0}, 55.0, "as before, scaled from 1,000 to 500 galaxies"),
        (
            {"epochs": 6, "pixels": 160**2},
            190.0,
            "as before, scaled from 12 to 6 epochs and from 6,400 to 25,600 pixels",
        ),
    ],
)
def test_what_a_job_took_is_scaled_but_for_its_start(amounts, seconds, ground):
    found = estimate(work(**amounts), PAST.whose, [PAST])
    assert (pytest.approx(found.seconds), found.ground) == (seconds, ground)


def test_another_s_job_is_named_and_what_is_not_scaled_is_told():
    found = estimate(work(others={"batch_size": 32, "threads": 2}), "demo, seed 1, all", [PAST])
    assert found == Estimate(100.0, "as demo, seed 0, all, not scaled for batch_size 64 -> 32")
    on_a_gpu = PAST._replace(device="H200")
    assert estimate(work(), PAST.whose, [on_a_gpu]).ground == "as before, on H200"


def test_the_job_that_is_most_alike_is_taken():
    other_batch = PAST._replace(
        work=BEFORE._replace(others={"batch_size": 8, "threads": 2}), seconds=7.0, when=9.0
    )
    fewer = PAST._replace(work=work(galaxies=10), seconds=11.0, when=9.0, whose="small")
    later = PAST._replace(seconds=101.0, fixed=0.0, when=2.0)
    pasts = [other_batch, fewer, PAST, later]
    assert estimate(work(), PAST.whose, pasts).seconds == 101.0
    assert estimate(work(), "another", [other_batch, fewer]).ground.startswith("as small, scaled")


@pytest.mark.parametrize(
    "change", [{"backbone": "vit"}, {"frozen": True}, {"device": "GPU"}, {"is_probe": True}]
)
def test_a_job_of_another_kind_is_no_ground(change):
    past = PAST._replace(work=BEFORE._replace(same={"is_probe": False, **SAME}))
    assert estimate(work(same=SAME | change), PAST.whose, [past]) == Estimate(
        None, "none like it was run here"
    )
    unrecorded = past._replace(work=past.work._replace(same=past.work.same | {"device": None}))
    if "device" in change:
        assert estimate(work(same=SAME | change), PAST.whose, [unrecorded]).seconds == 100.0


def test_pixels_are_scaled_last():
    larger = PAST._replace(work=work(pixels=160**2), whose="larger")
    few = PAST._replace(work=work(galaxies=1), whose="few")
    assert estimate(work(), "another", [larger, few]).ground.startswith("as few, scaled from 1 to")


def test_unknown_numbers_are_no_ground():
    assert estimate(work(galaxies=None), PAST.whose, [PAST]).seconds is None
    assert "galaxies is not known yet" in estimate(work(galaxies=None), "", [PAST]).ground
    uncounted = PAST._replace(work=work(galaxies=None))
    assert estimate(work(), PAST.whose, [uncounted]).seconds is None


def test_a_run_takes_at_least_its_longest_chain_and_what_fills_the_cores():
    chain = Costs([10.0, 20.0, 5.0], [1, 1, 1], [0, 0, 0], [(), (0,), (1,)])
    assert shortest_seconds(chain, cores=8, gpus=None) == 35.0
    wide = Costs([10.0] * 6, [2] * 6, [1] * 6, [()] * 6)
    assert shortest_seconds(wide, cores=4, gpus=None) == 30.0
    assert shortest_seconds(wide, cores=4, gpus=1) == 60.0
    assert shortest_seconds(wide, cores=None, gpus=None) == 10.0
