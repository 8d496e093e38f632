"""An export that is published: whole, with the licence that its user chose, or told as not."""

import hashlib
from pathlib import Path

import pytest
from huggingface_hub import constants

from checkout import ROOT, TINY, changed
from galaxyzoo.export import hugging_face, zenodo
from galaxyzoo.export.uploads import CARD, record, uploaded_files
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, publish_settings, validated
from galaxyzoo.plan.publishing import publication
from publishing_servers import TOKEN, Hub, Zenodo

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
REPOSITORY = "someone/galaxies"
HEAD = "---\nlicense: other\nlibrary_name: onnx\n---\n"
METADATA = zenodo.metadata_of("Galaxies", "tiny", ["Hubble, Edwin"], "cc-by-4.0")


@pytest.fixture
def paths(tmp_path) -> list[Path]:
    """The files of an export."""
    (tmp_path / "export").mkdir()
    contents = {"model.onnx": b"network" * 9, "model.safetensors": b"weights", "config.json": b"{}"}
    contents[CARD] = f"{HEAD}# A network\n\nlicense: other is said here too\n".encode()
    for name, content in contents.items():
        (tmp_path / "export" / name).write_bytes(content)
    return [tmp_path / "export" / name for name in contents]


@pytest.fixture
def hub(monkeypatch):
    with Hub() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.address)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # whose store is elsewhere
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server


@pytest.fixture
def deposits(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Zenodo() as server:
        yield server


def asked(monkeypatch, **publish):
    """What is to be published by a config, with a token for each place."""
    for variable in ("HF_TOKEN", "ZENODO_TOKEN"):
        monkeypatch.setenv(variable, TOKEN)
    return publication(publish_settings(changed(publish=publish), SCHEMA))


def refused(call, *arguments) -> str:
    with pytest.raises(InputError) as error:
        call(*arguments)
    assert TOKEN not in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_what_is_missing_is_told_before_anything_is_uploaded(monkeypatch):
    whole = {"to": "huggingface", "repository": REPOSITORY, "licence": "mit"}
    found = asked(monkeypatch, **whole)
    assert found == whole
    for key in whole:
        with pytest.raises(InputError, match=rf"^publish\.{key}: missing"):
            asked(monkeypatch, **{name: whole[name] for name in whole if name != key})
    with pytest.raises(InputError, match=r"^publish\.creators: missing, which Zenodo wants"):
        asked(monkeypatch, to="zenodo", licence="mit")
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(InputError, match="no token; set HF_TOKEN to one"):
        publication(publish_settings({"publish": whole}, SCHEMA))


def test_no_result_depends_on_where_it_is_published():
    publish = {"to": "zenodo", "licence": "mit", "creators": ["Hubble, Edwin"]}
    assert validated(changed(publish=publish), SCHEMA) == validated(TINY, SCHEMA)
    for wrong in ({"licence": "all rights\nreserved"}, {"repository": "galaxies"}, {"to": "moon"}):
        with pytest.raises(InputError, match=f"publish.{next(iter(wrong))}: .* is not allowed"):
            validated(changed(publish=wrong), SCHEMA)


def test_the_uploaded_card_states_the_licence_and_the_export_s_own_stays(paths):
    before = paths[-1].read_text(encoding="utf-8")
    files = uploaded_files(paths, "cc-by-4.0")
    assert files[CARD].decode() == before.replace("license: other\nlib", "license: cc-by-4.0\nlib")
    assert paths[-1].read_text(encoding="utf-8") == before
    assert record(files)["sha256"][CARD] == hashlib.sha256(files[CARD]).hexdigest()
    paths[-1].write_text("# A network\n\nlicense: other\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no head with a licence"):
        uploaded_files(paths, "cc-by-4.0")


def contents(files) -> dict[str, bytes]:
    return {
        name: file if isinstance(file, bytes) else file.read_bytes() for name, file in files.items()
    }


def test_a_hub_has_all_files_in_one_commit(hub, paths):
    files = uploaded_files(paths, "cc-by-4.0")
    first = hugging_face.publish(files, REPOSITORY, TOKEN)
    assert hub.repositories == {REPOSITORY: contents(files)}
    assert first == {"address": f"{hub.address}/{REPOSITORY}", "revision": hub.commits[0]}
    hugging_face.publish(uploaded_files(paths, "mit"), REPOSITORY, TOKEN)
    assert len(hub.commits) == 2
    assert sum("/api/repos/create" in request for request in hub.requests) == 1


def test_a_hub_that_refuses_is_told_with_what_is_there(hub, paths):
    files = uploaded_files(paths, "mit")
    hub.refused = ("POST /api/repos/create",)
    assert refused(hugging_face.publish, files, REPOSITORY, TOKEN).endswith("is as it was")
    hub.refused = ("PUT /store/",)
    told = refused(hugging_face.publish, files, REPOSITORY, TOKEN)
    assert "galaxies was made for it and is empty: fill it by another try, or delete it" in told
    assert "Sig=" not in told
    hub.refused = ("POST /api/models/someone/galaxies/commit",)
    assert refused(hugging_face.publish, files, REPOSITORY, TOKEN).endswith("is as it was")
    assert hub.repositories == {REPOSITORY: {}}
    hub.refused = ()
    told = refused(hugging_face.publish, uploaded_files(paths, "none"), REPOSITORY, TOKEN)
    assert '"license" must be one of' in told
    assert "401" in refused(hugging_face.publish, files, REPOSITORY, "wrong")
    assert hub.commits == []


def test_a_hub_that_is_not_there_is_told(hub, paths):
    hub.__exit__()
    files = uploaded_files(paths, "mit")
    assert "the export was not uploaded to" in refused(
        hugging_face.publish, files, REPOSITORY, TOKEN
    )


def test_zenodo_has_a_draft_with_all_files_and_the_licence(deposits, paths):
    files = uploaded_files(paths, "cc-by-4.0")
    where = zenodo.publish(files, METADATA, deposits.address, TOKEN)
    [draft] = deposits.drafts.values()
    assert draft == {"files": contents(files), "metadata": METADATA}
    assert METADATA["license"] == "cc-by-4.0"
    doi = "10.5281/zenodo.1000"
    assert where == {"address": f"{deposits.address}/deposit/1000", "draft": 1000, "doi": doi}
    assert not any("actions/publish" in request for request in deposits.requests)


def test_a_draft_that_is_not_whole_is_deleted_or_told_to_be_there(deposits, paths):
    files = uploaded_files(paths, "mit")
    deposits.refused = ("PUT /api/files/1000/config.json",)
    told = refused(zenodo.publish, files, METADATA, deposits.address, TOKEN)
    assert "(403: Permission denied); its unfinished draft was deleted" in told
    deposits.refused = ()
    untitled = METADATA | {"title": ""}
    told = refused(zenodo.publish, files, untitled, deposits.address, TOKEN)
    assert "metadata.title: Missing data." in told
    deposits.damages = True
    told = refused(zenodo.publish, files, METADATA, deposits.address, TOKEN)
    assert "model.onnx came to Zenodo damaged" in told
    assert deposits.drafts == {}
    deposits.refused = ("DELETE",)
    told = refused(zenodo.publish, files, METADATA, deposits.address, TOKEN)
    assert told.endswith(f"still there, to be deleted: {deposits.address}/deposit/1000")


def test_a_zenodo_that_refuses_or_is_not_there_is_told(deposits, paths):
    files = uploaded_files(paths, "mit")
    told = refused(zenodo.publish, files, METADATA, deposits.address, "wrong")
    assert "did not take the export (401: Unauthorized)" in told
    deposits.__exit__()
    told = refused(zenodo.publish, files, METADATA, deposits.address, TOKEN)
    assert "could not be reached" in told
