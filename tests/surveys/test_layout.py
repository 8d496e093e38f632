"""Files in Kaggle's layout are found, or missed with a sentence."""

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.layout import COMPETITION, find


def test_of_a_zip_and_a_folder_the_zip_is_found(tmp_path):
    for name in ("images_training_rev1", "images_test_rev1"):
        (tmp_path / name).mkdir()
    for name in ("images_training_rev1.zip", "training_solutions_rev1.csv"):
        (tmp_path / name).touch()
    files = find(str(tmp_path))
    assert files.training_images == str(tmp_path / "images_training_rev1.zip")
    assert files.labels == str(tmp_path / "training_solutions_rev1.csv")
    assert files.test_images == str(tmp_path / "images_test_rev1")


def test_test_images_may_be_missing(tmp_path):
    (tmp_path / "images_training_rev1").mkdir()
    (tmp_path / "training_solutions_rev1.zip").touch()
    files = find(tmp_path)
    assert files.training_images == str(tmp_path / "images_training_rev1")
    assert files.labels == str(tmp_path / "training_solutions_rev1.zip")
    assert files.test_images is None


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ("training_solutions_rev1.csv", "images_training_rev1.zip nor images_training_rev1,"),
        ("images_training_rev1.zip", "training_solutions_rev1.zip nor training_solutions_rev1.csv"),
    ],
)
def test_what_the_folder_lacks_is_named_with_the_folder(tmp_path, present, missing):
    (tmp_path / present).touch()
    with pytest.raises(InputError) as error:
        find(tmp_path)
    assert f"{tmp_path} holds neither {missing}" in str(error.value)
    name = missing.split()[0]
    command = f"kaggle competitions download -c {COMPETITION} -f {name} -p {tmp_path}"
    assert str(error.value).endswith(command)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no folder .*nowhere; give the folder that"):
        find(tmp_path / "nowhere")
