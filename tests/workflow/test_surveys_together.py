"""One run with surveys of several sources, each with its own raw files, answers and settings."""

import pandas as pd

from checkout import TINY, changed, labels_in
from trees import RINGS

OTHER_SKY = {"galaxies": 40, "test_galaxies": 0, "volunteers": 40, "seed": 2}


def test_a_variant_may_have_another_source_and_other_answers(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    raw = checkout.survey / "raw"
    votes = labels_in(checkout.survey / "training.csv")
    rings = {"ring": 1.0, "no": 0.0, "inner": 1.0, "outer": 0.0, "other": 0.0, "z": 0.1}
    table = pd.DataFrame({"image": votes.index} | rings)
    table.to_csv(tmp_path / "rings.csv", index=False)
    images = str(raw / "images_training_rev1.zip")
    own = {"images": images, "table": "rings.csv", "image_column": "image"}
    variants = {
        "sky": {"survey": {"name": "sky", "simulation": OTHER_SKY}},
        "real": {"survey": {"name": "real", "source": "files"}, "files": str(raw)},
        "rings": {"survey": {"name": "rings", "source": "own", "own": own}, "tree": RINGS},
    }
    checkout.write_config(changed(variants=variants))
    surveys = checkout.folder / "results" / "surveys"
    made = [f"results/surveys/{name}/holdout.csv" for name in ("sky", "real", "rings")]
    run = checkout.make(*made)
    assert run.returncode == 0, run.stdout
    assert "output: results/surveys/tiny/" not in run.stdout  # it is there
    assert len(labels_in(surveys / "sky" / "training.csv")) == OTHER_SKY["galaxies"]
    pd.testing.assert_frame_equal(labels_in(surveys / "real" / "training.csv"), votes)
    assert sorted(labels_in(surveys / "rings" / "training.csv").columns) == sorted(rings)
    everything = checkout.snakemake("--dry-run")
    assert everything.returncode == 0, everything.stdout
    wanted = [f"results/tiny-{name}/submission.csv.gz" for name in variants]
    assert [path in everything.stdout for path in wanted] == [False, True, False]
    checkout.write_config(TINY)
