"""What an experiment starts from: another one that is finished, or a stage of it."""

import pytest
import torch
import yaml
from safetensors.torch import load_file

from checkout import ROOT, TINY, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.starting_points import file_of_weights

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


@pytest.mark.parametrize("weights", ["results/tiny", "results/tiny/seed1/stages/all_large.pt"])
def test_a_finished_experiment_or_a_stage_of_it_gives_body_and_head(finished, tmp_path, weights):
    checkout = finished.copy(tmp_path)
    model = TINY["model"] | {"weights": weights}
    checkout.write_config(changed(experiment="further", model=model, training_galaxies=4))
    name = weights.rpartition("/")[2].removesuffix(".pt")
    kept = f"results/backbones/test_resnet-{name}.safetensors"
    split = "results/further/seed0/split.csv"
    run = checkout.make(kept, split)
    assert run.returncode == 0, run.stdout
    seed = weights.partition("seed")[2][:1] or "0"
    path = checkout.results / f"seed{seed}" / "stages" / "all_large.pt"
    expected = torch.load(path, weights_only=True)["weights"]
    found = load_file(checkout.folder / kept)
    assert len(found) == len(expected)
    head, body = "head_of_galaxies.7.weight", "conv1.0.weight"
    assert torch.equal(found[head], expected["head.7.weight"])
    assert torch.equal(found[body], expected[f"body.{body}"])
    assert (checkout.folder / split).read_text().count(",train") == 4


def test_what_is_no_start_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*gone; give the path"):
        file_of_weights(str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"is no experiment's folder, since it has no config.yaml"):
        file_of_weights(str(tmp_path))
    config = {"seeds": [3], "stages": [{"name": "all"}], "survey": {}, "model": {}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with pytest.raises(InputError, match=r"there is no file .*seed3/stages/all.pt"):
        file_of_weights(str(tmp_path))


@pytest.mark.parametrize(
    ("source", "seen_before", "seen"),
    [("simulation", False, False), ("kaggle", False, True), ("own", True, True)],
)
def test_a_start_that_learnt_galaxy_zoo_s_votes_is_known(tmp_path, source, seen_before, seen):
    start = {
        "seeds": [0],
        "stages": [{"name": "all"}],
        "survey": {"source": source},
        "model": {"seen_galaxy_zoo": seen_before},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(start), encoding="utf-8")
    for weights in (tmp_path, tmp_path / "seed0" / "stages" / "all.pt"):
        config = validated(changed(model=TINY["model"] | {"weights": str(weights)}), SCHEMA)
        assert config["model"]["seen_galaxy_zoo"] is seen
