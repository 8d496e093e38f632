"""What a run of the tests left unchecked because a program is not installed, in a sentence."""

from collections import Counter
from collections.abc import Iterable

# The program that each test wants, by the reason with which it is skipped.
PACKAGES = {"no Chromium here": "chromium", "no stilts here": "stilts"}
# Installed by `make optional`.
OPTIONAL = {
    "no tensorboardX here": "tensorboardX",
    "no mlflow here": "mlflow",
    "no apprise here": "apprise",
    "no Slurm executor here": "snakemake-executor-plugin-slurm",
}


def unchecked_in_words(reasons: Iterable[str]) -> str:
    """How many tests were skipped for want of a program, and the command that installs it.

    `reasons` are those of all skipped tests. Empty if no program was missing: no command installs
    what others want, such as a GPU.
    """
    programs = PACKAGES | OPTIONAL
    missing = Counter(programs[reason] for reason in reasons if reason in programs)
    if not missing:
        return ""
    count = missing.total()
    promises = "promise" if count == 1 else "promises"
    needed = " and ".join(f"{number} for want of {name}" for name, number in missing.items())
    packages = sorted(missing.keys() & PACKAGES.values())
    commands = [f"apt-get install {' '.join(packages)}"] if packages else []
    commands += ["make optional"] if missing.keys() & OPTIONAL.values() else []
    return f"{count} {promises} went unchecked, {needed}; {' && '.join(commands)}"
