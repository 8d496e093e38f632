"""Watch an experiment's stages on the terminal: python workflow/scripts/watch.py results/demo."""

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.live import Live
from rich.table import Table

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import experiment_folder
from galaxyzoo.runs.time_left import left_in_words
from galaxyzoo.runs.watch import (
    count_done,
    experiment_config,
    is_being_run,
    progress_table,
    stage_progress,
)

SECONDS = 2


def shown(folder: Path, config: dict[str, Any], rows: list[dict[str, Any]]) -> Table:
    """The stages as a table, with when they will be done below."""
    table = progress_table(folder.name, rows)
    table.caption = left_in_words(folder, config, rows, datetime.now())
    return table


def watch(folder: Path) -> None:
    """Show the progress of the stages; only once if this is not a terminal.

    On a terminal, waits for a run to begin if there is none, and ends with it.
    """
    folder, console = experiment_folder(folder), Console()
    if not console.is_terminal:
        config = experiment_config(folder)
        console.print(shown(folder, config, stage_progress(folder, config)))
        return
    has_begun = False
    with Live(console=console, auto_refresh=False) as live:
        while True:
            is_on = is_being_run(folder)
            try:
                config = experiment_config(folder)
                rows = stage_progress(folder, config)
            except FileNotFoundError as error:
                live.update(f"{error} (Ctrl-C ends this)", refresh=True)
            else:
                table = shown(folder, config, rows)
                is_on = is_on or count_done(rows) < len(rows)
                if not (is_on or has_begun):
                    table.caption = "Waiting for a run to begin (Ctrl-C ends this)"
                live.update(table, refresh=True)
            if has_begun and not is_on:
                return
            has_begun = has_begun or is_on
            time.sleep(SECONDS)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give the folder of an experiment, such as results/demo")
    try:
        watch(Path(sys.argv[1]))
    except (InputError, FileNotFoundError) as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        pass
