"""`make bench`: print a table of ratios and of memory, and write results/benchmarks.json.

With FULL=1, also measure the whole of Kaggle's survey, in a temporary folder.
"""

import gc
import json
import os
import platform
from functools import partial
from pathlib import Path

import torch

from benchmarks import catalogue, cropping, engine, first_step, neighbours, side_by_side, stage
from benchmarks.costs import cost
from galaxyzoo.engine.devices import best_device

OUTPUT = Path("results/benchmarks.json")
THOUSANDS = (1, 4, 16)
SPEEDS = {
    "train_efficientnet_lite0_64": lambda: engine.training_speeds(
        "tf_efficientnet_lite0", 64, torch.float32, batch_size=64, batches=16
    ),
    "train_resnet50_112": lambda: engine.training_speeds(
        "resnet50", 112, torch.bfloat16, batch_size=32, batches=4
    ),
    "tta": lambda: engine.tta_speeds("tf_efficientnet_lite0", 112, batch_size=64, batches=2),
    "catalogue": lambda: catalogue.catalogue_speeds(
        "tf_efficientnet_lite0", 112, batch_size=64, batches=4
    ),
    "crop": lambda: cropping.crop_speeds(galaxies=8000, pairs=7),
    "tta_galaxies_against_views": lambda: engine.linearity_speeds(
        "tf_efficientnet_lite0", 112, batch_size=64
    ),
    "resnet50_112_bfloat16_against_float32": lambda: engine.bfloat16_speeds(
        "resnet50", 112, batch_size=32, batches=2
    ),
    "predict_efficientnet_lite0_112_bfloat16_against_float32": lambda: (
        engine.bfloat16_prediction_speeds("tf_efficientnet_lite0", 112, batch_size=64, batches=8)
    ),
    "train_efficientnet_lite0_64_compiled_against_not": lambda: engine.compiled_speeds(
        "tf_efficientnet_lite0", 64, batch_size=64, batches=8
    ),
}

# Where a GPU needs nothing: seeds side by side, and gradients of small maps.
CPU_SPEEDS = {
    "train_efficientnet_lite0_64_small_maps_against_torchs_gradients": lambda: (
        engine.small_map_speeds("tf_efficientnet_lite0", 64, batch_size=32, batches=8)
    ),
    "ensemble_efficientnet_lite0_64": lambda: side_by_side.ensemble_speeds(64, 32, batches=24),
    "ensemble_efficientnet_lite0_112": lambda: side_by_side.ensemble_speeds(112, 64, batches=6),
}
GPU_STEPS = 100
GPU_SPEEDS = {
    f"train_{backbone}_{size_px}_batch_{batch}{'_ema' if ema else ''}_against_{kernels}": partial(
        engine.training_speeds,
        *(backbone, size_px, torch.bfloat16, batch, GPU_STEPS),
        ema=ema,
        bare_deterministic=kernels == "deterministic",
        pairs=3,
    )
    for backbone in ("resnet50", "tf_efficientnet_lite0")
    for size_px in (112, 224)
    for batch in (64, 256)
    for ema in (None, 0.999)
    for kernels in ("deterministic", "autotuned")
}
# Backbone, px, galaxies and epochs of a stage; long enough that its start does not count.
STAGES = {
    "cpu": [("tf_efficientnet_lite0", 64, 2000, 8)],
    "cuda": [("resnet50", 224, 8000, 4), ("tf_efficientnet_lite0", 224, 8000, 4)],
}

JOBS = {
    "crop": (cropping.prepare, ["benchmarks.cropping"]),
    "predict": (engine.prepare, ["benchmarks.engine", "predict"]),
    "train": (engine.prepare, ["benchmarks.engine", "train"]),
    "catalogue": (catalogue.prepare, ["benchmarks.catalogue"]),
}

FULL_SIZE = {"crop": 61_578, "predict": 79_975}
FULL_SIZE_INDEX = 1_000_000  # galaxies
FULL_SPEEDS = {
    "crop_full_size": lambda: cropping.crop_speeds(FULL_SIZE["crop"], pairs=3),
}


def main() -> None:
    """Run all measurements, one after another."""
    OUTPUT.parent.mkdir(exist_ok=True)
    device = best_device()
    print(
        f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.machine()}, {device}"
    )
    results = {"ratios": {}, "images_per_second": {}, "peak_mb": {}, "save_seconds": {}}
    print(f"\n{'images per second':66} {'ours':>8} {'bare':>8} {'ratio':>6}")
    full = os.environ.get("FULL") == "1"
    on_this = GPU_SPEEDS if device.type == "cuda" else CPU_SPEEDS
    for name, measure in (SPEEDS | on_this | (FULL_SPEEDS if full else {})).items():
        speeds = measure()
        results["ratios"][name] = round(speeds.ratio, 3)
        results["images_per_second"][name] = {"ours": speeds.ours, "bare": speeds.bare}
        print(f"{name:66} {speeds.ours:8.1f} {speeds.bare:8.1f} {speeds.ratio:6.3f}", flush=True)
    if device.type != "cuda":
        print(f"the GPU's {len(GPU_SPEEDS)} rows are skipped: there is no GPU here")
    print(
        f"\n{'seconds of a job that trains a stage':44}" + "".join(f"{p:>11}" for p in stage.PARTS)
    )
    results["stage_seconds"] = {}
    gc.collect()  # or this process would keep memory of the GPU from the jobs that follow
    torch.cuda.empty_cache()
    for backbone, size_px, galaxies, epochs in STAGES[device.type]:
        parts = stage.stage_seconds(backbone, size_px, galaxies, epochs)
        name = f"{backbone}_{size_px}_{galaxies}_galaxies_{epochs}_epochs"
        results["stage_seconds"][name] = parts
        print(f"{name:44}" + "".join(f"{parts[p]:11.2f}" for p in stage.PARTS))
        print(f"{'of all':44}" + "".join(f"{parts[p] / parts['all']:11.3f}" for p in stage.PARTS))
    print(
        f"\n{'peak memory, MB, at thousands of galaxies':44}" + "".join(f"{n:8}" for n in THOUSANDS)
    )
    for name, (prepare, job) in JOBS.items():
        peaks = {}
        for galaxies in (1000 * n for n in THOUSANDS):
            peaks[str(galaxies)] = cost(partial(prepare, galaxies=galaxies), job).peak_mb
        results["peak_mb"][name] = peaks
        print(f"{name:44}" + "".join(f"{mb:8.0f}" for mb in peaks.values()), flush=True)
    print("\nseconds to save a stage's state, and per cent of the default five minutes")
    for backbone in ("tf_efficientnet_lite0", "resnet50"):
        seconds = engine.save_seconds(backbone, 64)
        results["save_seconds"][backbone] = seconds
        print(f"{backbone:40} {seconds:8.3f} {seconds / 3:8.3f}", flush=True)
    if full:
        results["full_size"] = {}
        print(f"\n{'full size':36} {'galaxies':>10} {'minutes':>8} {'MB':>8}")
        for name, galaxies in FULL_SIZE.items():
            prepare, job = JOBS[name]
            seconds, peak_mb = cost(partial(prepare, galaxies=galaxies), job)
            results["full_size"][name] = {"minutes": seconds / 60, "peak_mb": peak_mb}
            print(f"{name:36} {galaxies:10} {seconds / 60:8.1f} {peak_mb:8.0f}", flush=True)
        parts = first_step.first_step_seconds(FULL_SIZE["crop"])
        results["first_step"] = parts
        results["ratios"]["first_step"] = round(parts["ratio"], 3)
        print("\nseconds from the start of a stage's job to its first step, and what comes after")
        print("".join(f"{name:>13}" for name in parts))
        print("".join(f"{value:13.2f}" for value in parts.values()))
        cost_of_index = neighbours.told(FULL_SIZE_INDEX)
        results["neighbours"] = {str(FULL_SIZE_INDEX): cost_of_index._asdict()}
        results["ratios"]["neighbours_against_all"] = round(cost_of_index.speeds.ratio, 3)
        results["neighbours"][str(FULL_SIZE_INDEX)]["speeds"] = vars(cost_of_index.speeds)
    OUTPUT.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten: {OUTPUT}")


if __name__ == "__main__":
    main()
