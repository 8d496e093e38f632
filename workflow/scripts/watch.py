"""Watch an experiment's stages on the terminal: python workflow/scripts/watch.py results/demo."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml
from rich.console import Console
from rich.live import Live

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.runs.watch import count_done, experiment_config, progress_table, stage_progress

SECONDS = 2


def watch(folder: Path) -> None:
    """Show the progress of the stages until all are done; only once if this is not a terminal."""
    config = yaml.safe_load(experiment_config(folder).read_text(encoding="utf-8"))
    rows = stage_progress(folder, config)
    console = Console()
    with Live(progress_table(folder.name, rows), console=console, auto_refresh=False) as live:
        while console.is_terminal and count_done(rows) < len(rows):
            time.sleep(SECONDS)
            rows = stage_progress(folder, config)
            live.update(progress_table(folder.name, rows), refresh=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give the folder of an experiment, such as results/demo")
    try:
        watch(Path(sys.argv[1]))
    except InputError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        pass
