"""What a run of the tests left unchecked because a program is not installed, in a sentence."""

from collections import Counter
from collections.abc import Iterable

# The package of each program, by the reason with which its tests are skipped.
PACKAGES = {"no Chromium here": "chromium", "no stilts here": "stilts"}


def unchecked_in_words(reasons: Iterable[str]) -> str:
    """How many tests were skipped for want of a program, and the command that installs it.

    `reasons` are those of all skipped tests. Empty if no program was missing: no command installs
    what others want, such as a GPU.
    """
    missing = Counter(PACKAGES[reason] for reason in reasons if reason in PACKAGES)
    if not missing:
        return ""
    count = missing.total()
    promises = "promise" if count == 1 else "promises"
    needed = " and ".join(f"{number} for want of {name}" for name, number in missing.items())
    return (
        f"{count} {promises} went unchecked, {needed}; apt-get install {' '.join(sorted(missing))}"
    )
