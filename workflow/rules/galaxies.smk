rule plot_galaxies:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=survey_file("training.csv"),
        crops=survey_file("training.npy"),
    output:
        figure=report(
            experiment_file("figures/galaxies_{sheet}.png"),
            caption="../report/galaxies.rst",
            category=EXPERIMENT,
            subcategory="galaxies",
            labels={"figure": "galaxies", "sheet": "{sheet}"},
        ),
        table=experiment_file("figures/galaxies_{sheet}.csv"),
    log:
        experiment_file("logs/plot_galaxies_{sheet}.log"),
    wildcard_constraints:
        sheet="typical|best|worst|disagreed",
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("plot_galaxies"),
    script:
        "../scripts/plot_galaxies.py"


rule explorer:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        index=survey_file("training.csv"),
        crops=survey_file("training.npy"),
    output:
        experiment_file("explorer.json"),
    log:
        experiment_file("logs/explorer.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"tree": TREE},
        code=fingerprints("write_explorer"),
    script:
        "../scripts/write_explorer.py"


rule plot_augmentation:
    input:
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        holdout=survey_file("holdout.csv"),
    output:
        figure=report(
            experiment_file("figures/augmentation.png"),
            caption="../report/augmentation.rst",
            category=EXPERIMENT,
            subcategory="learning",
            labels={"figure": "augmentation"},
        ),
        table=experiment_file("figures/augmentation.csv"),
    log:
        experiment_file("logs/plot_augmentation.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={
            "tree": TREE_WITHOUT_WORDS,
            "augmentation": config["augmentation"],
            "size": STAGES[-1]["size"],
        },
        code=fingerprints("plot_augmentation"),
    script:
        "../scripts/plot_augmentation.py"


rule plot_attribution:
    input:
        weights=experiment_file(f"seed{config['seeds'][0]}/stages/{LAST_STAGE}.pt"),
        bag=experiment_file("bag/holdout.parquet"),
        index=survey_file("training.csv"),
        crops=survey_file("training.npy"),
    output:
        figure=report(
            experiment_file("figures/attribution.png"),
            caption="../report/attribution.rst",
            category=EXPERIMENT,
            subcategory="attribution",
            labels={"figure": "what an answer hangs on"},
        ),
        table=experiment_file("figures/attribution.csv"),
    log:
        experiment_file("logs/plot_attribution.log"),
    benchmark:
        experiment_file("benchmarks/plot_attribution.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: 8
    resources:
        gpu=1,
    params:
        settings={"model": config["model"], "tree": TREE, "seed": config["seeds"][0]},
        code=fingerprints("plot_attribution"),
    script:
        "../scripts/plot_attribution.py"
