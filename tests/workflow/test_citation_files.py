"""What this software says of itself: CITATION.cff, codemeta.json and .zenodo.json say the same."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CFF = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CODEMETA = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
ZENODO = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
SPDX = "https://spdx.org/licenses/"


def names(authors):
    return [author["name"] for author in authors]


def test_they_agree_on_title_words_and_version():
    assert CFF["title"] == CODEMETA["name"] == ZENODO["title"]
    assert CFF["title"] in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0]
    texts = (CFF["abstract"], CODEMETA["description"], ZENODO["description"])
    assert set(texts) == {PROJECT["description"]}
    versions = {str(CFF["version"]), CODEMETA["version"], ZENODO["version"]}
    assert versions == {PROJECT["version"]}
    assert CFF["keywords"] == CODEMETA["keywords"] == ZENODO["keywords"]


def test_they_agree_on_licence_and_authors():
    licences = {CFF["license"], CODEMETA["license"].removeprefix(SPDX), ZENODO["license"]}
    assert licences == {PROJECT["license"]}
    assert names(CFF["authors"]) == names(CODEMETA["author"]) == names(ZENODO["creators"])
    [author] = names(CFF["authors"])
    assert author.removeprefix("The ") in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_they_agree_on_the_papers_which_the_readme_cites():
    papers = [paper["doi"] for paper in CFF["references"]]
    assert [f"https://doi.org/{doi}" for doi in papers] == [
        paper["@id"] for paper in CODEMETA["referencePublication"]
    ]
    assert papers == [paper["identifier"] for paper in ZENODO["related_identifiers"]]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"https://doi.org/{doi}" in readme for doi in papers)


@pytest.mark.parametrize(
    ("file", "wrong", "told"),
    [
        ("CITATION.cff", ("authors:", "writers:"), "'authors' is a required property"),
        ("codemeta.json", ('"license"', '"licence"'), "'licence'"),
        (".zenodo.json", ('"creators"', '"authors"'), "'creators' is a required property"),
    ],
)
def test_lint_refuses_a_misspelt_key(tmp_path, file, wrong, told):
    text = (ROOT / file).read_text(encoding="utf-8").replace(*wrong)
    (tmp_path / file).write_text(text, encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [line] = [one for one in makefile.splitlines() if f" {file}" in one and "jsonschema" in one]
    command = [*line.split()[:-1], str(tmp_path / file)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert told in checked.stdout
