"""A finished experiment as one zip: another machine finds it unchanged, or what has changed."""

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from checkout import TINY, Checkout, changed
from galaxyzoo.export.archive import Told, archived_files, write_archive
from galaxyzoo.foundation import disk_room
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.runs.verification import verified

LICENCE = "publish={licence: cc-by-4.0, creators: ['Hubble, Edwin', 'Šmídová, Åsa']}"
TOLD = Told("Tiny", "cc-by-4.0", (), "tiny: error 0.1.", "volunteers")
MADE_BY = {"commit": "4f2a", "fingerprints": {}}


@pytest.fixture(scope="module")
def unpacked(finished, tmp_path_factory) -> Path:
    """What `snakemake archive` has made of the finished experiment, unpacked elsewhere."""
    run = finished.run("archive", "--cores", "1", "--config", LICENCE)
    assert run.returncode == 0, run.stdout
    assert "of the survey's data, it has the labels of held-out galaxies" in run.stdout
    path, folder = finished.results / "archive.zip", tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        file.extractall(folder)
    path.unlink()
    return folder


def entity(folder: Path, name: str) -> dict:
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    [found] = [one for one in graph if one["@id"] == name]
    return found


def test_an_unpacked_archive_verifies_and_a_changed_file_is_named(unpacked):
    results = unpacked / "results" / "tiny"
    found = verified(results)
    assert (found.wrong, found.files > 20) == ([], True)
    assert all(one.startswith("not compared, since they are gone: ") for one in found.differing)
    network = results / "seed1" / "stages" / "all.pt"
    content = network.read_bytes()
    network.write_bytes(content[:-1] + b"\0" if content[-1] else content[:-1] + b"\1")
    assert verified(results).wrong == [f"{network} has changed since it was recorded"]
    network.write_bytes(content)


def test_its_hashes_are_those_of_sha256sum_and_cover_all_files(unpacked):
    run = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=unpacked, check=False
    )
    assert run.returncode == 0
    lines = (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line.partition("  ")[2] for line in lines}
    present = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    own = {"SHA256SUMS", "ARCHIVE.md", "code.json", "ro-crate-metadata.json"}
    assert present - listed == own


def test_it_holds_the_workflow_its_lock_and_no_pictures_labels_or_logs(unpacked):
    names = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert {"Snakefile", "envs/requirements.txt", "workflow/scripts/verify.py"} <= names
    assert {
        f"results/tiny/{name}" for name in ("config.yaml", "report.html", "finished.json")
    } <= names
    surveys = {name for name in names if name.startswith("results/surveys/")}
    assert surveys == {"results/surveys/tiny/holdout.csv"}
    assert not [name for name in names if "/logs/" in name or "__pycache__" in name]
    code = json.loads((unpacked / "code.json").read_text(encoding="utf-8"))
    assert code["fingerprints"]["train_stage"]
    guide = (unpacked / "ARCHIVE.md").read_text(encoding="utf-8")
    assert "snakemake verify --configfile results/tiny/config.yaml" in guide
    assert "- images_training_rev1.zip" in guide
    assert "the archive has the labels of held-out galaxies" in guide


def test_its_metadata_are_an_ro_crate_that_names_licence_creators_and_workflow(unpacked):
    crate = ROCrate(unpacked)  # which raises ValueError for one that is not
    assert crate.mainEntity.id == "Snakefile"
    assert crate.license["name"] == "cc-by-4.0"
    assert [one["name"] for one in crate.creator] == ["Hubble, Edwin", "Šmídová, Åsa"]
    root, report = entity(unpacked, "./"), entity(unpacked, "results/tiny/report.html")
    assert "tiny: error 0." in root["description"]
    listed = {one["@id"] for one in root["hasPart"]}
    assert len(listed) == sum(path.is_file() for path in unpacked.rglob("*")) - 1  # not itself
    content = (unpacked / report["@id"]).read_bytes()
    assert report["sha256"] == hashlib.sha256(content).hexdigest()
    assert report["contentSize"] == str(len(content))


def test_without_a_licence_nothing_is_archived(finished):
    run = finished.run("archive", "--cores", "1")
    assert run.returncode != 0
    assert "publish.licence: missing, which an archive says" in run.stdout
    assert not (finished.results / "archive.zip").exists()


def test_what_is_not_finished_or_of_a_later_config_is_refused(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    config = checkout.results / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("epochs: 2", "epochs: 3"), encoding="utf-8")
    with pytest.raises(InputError, match=r"of a later run, which did not end \(stages\[1\]\.epoch"):
        archived_files([checkout.results], checkout.folder)
    config.write_text(text, encoding="utf-8")
    (checkout.results / "report.html").rename(checkout.results / "aside.html")
    with pytest.raises(InputError, match=r"there is no .*report\.html; run the experiment to its"):
        archived_files([checkout.results], checkout.folder)
    with pytest.raises(InputError, match="is not finished"):
        archived_files([checkout.results.parent / "other"], checkout.folder)


def test_a_full_disk_is_told_before_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "Snakefile").write_text("rule all:\n")
    usage = disk_room.shutil.disk_usage(tmp_path)._replace(free=3)
    monkeypatch.setattr(disk_room.shutil, "disk_usage", lambda _: usage)
    output = tmp_path / "archive.zip"
    with pytest.raises(InputError, match=r"archive\.zip takes 10 more bytes, and 3 bytes are free"):
        write_archive(output, {"Snakefile": tmp_path / "Snakefile"}, TOLD, MADE_BY, "")
    assert [path.name for path in tmp_path.iterdir()] == ["Snakefile"]


@pytest.mark.parametrize("name", ["a name.csv", "50 %.csv", "a#b?.csv", "Åsa.csv"])
def test_a_file_of_any_name_comes_through(tmp_path, name):
    files = {"Snakefile": tmp_path / "Snakefile", f"results/x/{name}": tmp_path / name}
    for path in files.values():
        path.write_text(path.name, encoding="utf-8")
    (tmp_path / "finished.json").touch()
    files["results/x/finished.json"] = tmp_path / "finished.json"
    output = tmp_path / "archive.zip"
    write_archive(output, files, TOLD, MADE_BY, "How.")
    with zipfile.ZipFile(output) as file:
        assert file.read(f"results/x/{name}").decode() == name
        file.extractall(tmp_path / "there")
    read = ROCrate(tmp_path / "there")
    assert len(read.data_entities) == 6


def test_verify_needs_nothing_that_the_experiment_was_made_of(unpacked):
    checkout = Checkout.at(unpacked)
    gone = {"files": "/nowhere/kaggle", "survey": TINY["survey"] | {"source": "files"}}
    checkout.write_config(changed(**gone))
    process = checkout.start("verify", "--cores", "1")
    said = process.communicate(timeout=240)[0]
    (checkout.folder / "tiny.yaml").unlink()
    assert process.returncode == 0, said
    assert "files are as they were recorded" in said
    assert "may be deleted" not in said
