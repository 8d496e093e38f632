"""Watch an experiment's stages on the terminal: python workflow/scripts/watch.py results/demo."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.live import Live

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import experiment_folder
from galaxyzoo.runs.watch import (
    count_done,
    experiment_config,
    is_being_run,
    progress_table,
    stage_progress,
)

SECONDS = 2


def watch(folder: Path) -> None:
    """Show the progress of the stages; only once if this is not a terminal.

    On a terminal, waits for a run to begin if there is none, and ends with it.
    """
    folder, console = experiment_folder(folder), Console()
    if not console.is_terminal:
        rows = stage_progress(folder, experiment_config(folder))
        console.print(progress_table(folder.name, rows))
        return
    has_begun = False
    with Live(console=console, auto_refresh=False) as live:
        while True:
            is_on = is_being_run(folder)
            try:
                rows = stage_progress(folder, experiment_config(folder))
            except FileNotFoundError as error:
                live.update(f"{error} (Ctrl-C ends this)", refresh=True)
            else:
                table = progress_table(folder.name, rows)
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
