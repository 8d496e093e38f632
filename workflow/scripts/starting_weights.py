"""Fetch a backbone's starting weights, where they are from, and the galaxies that they learnt."""

import json
from pathlib import Path

import job
from galaxyzoo.engine.checkpoints import load_checkpoint, normalisation_metadata
from galaxyzoo.engine.hub import fetched_encoder
from galaxyzoo.engine.pretrained import head_is_for, learnt_by, starting_weights
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.learnt_galaxies import write_learnt
from galaxyzoo.foundation.stage_records import stage_record
from galaxyzoo.plan.starting_points import is_of_a_hub

settings = job.start(snakemake)
backbone, taught = settings["backbone"], snakemake.input.get("taught")
file = snakemake.input.get("file") or taught or settings["weights"]
origin, looks = {**settings}, {}
if taught:
    origin["taught"] = stage_record(load_checkpoint(Path(taught))["provenance"])
    origin["begun_with"] = read_json(snakemake.input.begun_with)
if is_of_a_hub(file):
    encoder = fetched_encoder(file, backbone)
    origin |= encoder.origin()
    looks = normalisation_metadata(encoder._asdict())
    file = str(encoder.weights)
weights = starting_weights(backbone, file)
names = {name: settings[name] for name in ("backbone", "weights")}
pictures = {"pictures": json.dumps((read_note(Path(file)) or {}).get("pictures"))}
metadata = names | head_is_for(file) | looks | pictures
save_checked(weights, Path(snakemake.output.weights), metadata)
learnt = learnt_by(file)
write_learnt(learnt, snakemake.output.learnt)
origin_file = Path(snakemake.output.origin)
origin_file.write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
if not learnt.known:
    job.log.warning("%s does not tell which galaxies it learnt", settings["weights"])
