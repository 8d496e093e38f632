"""What several test files share."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, sync_playwright

from checkout import RUN_SAID, Checkout
from trees import GALAXY_ZOO_2
from unchecked import unchecked_in_words

# One thread in each of the processes that xdist starts, which read this then: more would fight for
# the cores. Snakemake's jobs have as many as their rules say.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")  # as in the workflow

# A script that runs the tests in the background has them ignore Ctrl-C, and so what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option for tests/mutations.py, which has no time to wait for Snakemake."""
    parser.addoption(
        "--without-snakemake", action="store_true", help="skip tests that run Snakemake"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Without Snakemake, a test ends where it makes its checkout."""
    if config.getoption("--without-snakemake"):
        Checkout.__init__ = lambda *arguments: pytest.skip("needs Snakemake")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line, below pytest's own: what is unchecked because a program is not installed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")  # None in xdist's processes
    if reporter is not None:
        reasons = [skipped.longrepr[2] for skipped in reporter.getreports("skipped")]
        if told := unchecked_in_words(reason.removeprefix("Skipped: ") for reason in reasons):
            reporter.write_line(told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, so that both processes have something to do to the end."""
    items.sort(key=lambda item: item.path.parent.name not in ("workflow", "catalogue"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the tiny experiment is done; a test leaves it as it found it.

    It is made once, and each process of the tests has a copy.
    """
    own = tmp_path_factory.getbasetemp()
    made = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            checkout = Checkout(tmp_path_factory.mktemp("making"))
            run = checkout.run("--cores", "2")
            assert run.returncode == 0, run.stdout
            (checkout.folder / RUN_SAID).write_text(run.stdout, encoding="utf-8")
            checkout.folder.rename(made)
    return Checkout.at(made).copy(own / "checkout")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def random_labels() -> Callable[[Sequence[int]], pd.DataFrame]:
    """A function that makes good labels for GalaxyIDs, as `read_labels` returns them."""

    def labels(ids: Sequence[int]) -> pd.DataFrame:
        rng = np.random.default_rng(7)
        shares = [rng.dirichlet(np.ones(len(q.answers)), len(ids)) for q in GALAXY_ZOO_2.questions]
        votes = np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)
        index = pd.Index(ids, name="GalaxyID", dtype="int64")
        return pd.DataFrame(votes, index=index, columns=GALAXY_ZOO_2.columns)

    return labels


@pytest.fixture
def nobody(monkeypatch, tmp_path) -> None:
    """No credentials for Kaggle, and no proxies, but those that a test sets."""
    for name in os.environ:
        if name.startswith("KAGGLE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
