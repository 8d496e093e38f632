"""A key that stands twice in a config file is refused, with its file and lines."""

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config_files import require_keys_once

TWICE = """\
experiment: one
variants:
  a: {tta: {rotations: 2}}
  b: {tta: {rotations: 4, rotations: 8}}
  a: {tta: {rotations: 8}}
stages:
  - {name: head, size: 32}
  - {name: all, size: 32, size: 48}
"""


def test_each_key_that_stands_twice_is_told(tmp_path):
    file = tmp_path / "twice.yaml"
    file.write_text(TWICE)
    with pytest.raises(InputError) as error:
        require_keys_once([file, file])
    assert [line.partition(", which")[0] for line in str(error.value).splitlines()] == [
        f"{file}, line 4: variants.b.tta.rotations stands in line 4 already",
        f"{file}, line 5: variants.a stands in line 3 already",
        f"{file}, line 8: stages[1].size stands in line 8 already",
    ]


def test_json_with_tabs_is_looked_through_too(tmp_path):
    file = tmp_path / "twice.json"
    file.write_text('{\n\t"seeds": [0],\n\t"seeds": [1]\n}\n')
    with pytest.raises(InputError, match="line 3: seeds stands in line 2"):
        require_keys_once([file])


def test_one_name_in_two_mappings_and_several_merges_are_let_through(tmp_path):
    file = tmp_path / "once.yaml"
    file.write_text(
        "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: *a\n  <<: *b\n  x: 4\n'd.e': 1\nd: {e: 2}\n"
    )
    (tmp_path / "empty.yaml").write_text("")
    require_keys_once([file, tmp_path / "empty.yaml"])
