"""Which GPUs a build of torch runs on."""

import pytest

from galaxyzoo.engine.devices import runs_on

TURING_AND_NEWER = ["sm_75", "sm_80", "sm_86", "sm_90a", "sm_100", "sm_120", "compute_120"]


@pytest.mark.parametrize(
    ("capability", "architectures", "runs"),
    [
        ((7, 0), TURING_AND_NEWER, False),  # V100
        ((6, 1), TURING_AND_NEWER, False),
        ((7, 5), TURING_AND_NEWER, True),
        ((8, 9), TURING_AND_NEWER, True),  # as of sm_86
        ((9, 0), TURING_AND_NEWER, True),
        ((13, 0), TURING_AND_NEWER, True),  # translated from compute_120
        ((13, 0), TURING_AND_NEWER[:-1], False),
        ((8, 0), ["sm_86"], False),
    ],
)
def test_a_gpu_runs_what_was_built_for_its_major_version_or_can_be_translated(
    capability, architectures, runs
):
    assert runs_on(capability, architectures) == runs
