"""Export the networks of an ensemble: ONNX, safetensors, config and model card."""

import logging
from pathlib import Path

import job
from galaxyzoo.engine.devices import use_threads
from galaxyzoo.engine.ensemble import restored_ensemble
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.export.card import write_card, write_config
from galaxyzoo.export.onnx_file import ExportedEnsemble, named_weights, write_onnx
from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.foundation.handed_on import read_json, read_metrics
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
for name in ("onnxscript", "onnx_ir"):  # which tell each step of their optimiser
    logging.getLogger(name).setLevel(logging.WARNING)
use_threads(snakemake.threads)
tree = tree_from(settings["tree"])
weights = snakemake.input.get("weights")
shares = read_json(weights) if weights else dict.fromkeys(settings["members"], 1.0)
restored = restored_ensemble(snakemake.input.networks, settings["members"], shares, tree)
members = [member for member in restored if member.share]
output = snakemake.output
save_checked(named_weights(members), Path(output.safetensors), {"format": "pt"})
note = read_note(Path(snakemake.input.networks[0])) or {}
write_config(members, tree, note.get("pictures"), Path(output.config))
write_card(
    Path(snakemake.input.template),
    members,
    tree,
    read_metrics(snakemake.input.metrics),
    settings | {"card": settings["card"] | {"commit": git_commit()}},
    members[0].network.bands,
    Path(output.card),
)
job.log.info("exporting %d networks", len(members))
write_onnx(ExportedEnsemble(members), Path(output.onnx))
job.log.info("%s: %d bytes", output.onnx, Path(output.onnx).stat().st_size)
