"""Write the tables of config/README.md from the schema: `make tables`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.key_tables import with_tables

WORKFLOW = Path(__file__).resolve().parents[1]
PAGE = WORKFLOW.parent / "config" / "README.md"


def write_tables() -> None:
    """Put the tables of the schema into the page."""
    schema = load_schema(WORKFLOW / "schemas" / "config.schema.yaml")
    page = with_tables(PAGE.read_text(encoding="utf-8"), schema)
    with replaced(PAGE) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    try:
        write_tables()
    except InputError as error:
        sys.exit(f"{PAGE}: {error}")
