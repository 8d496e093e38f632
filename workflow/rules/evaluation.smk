rule evaluate:
    input:
        bag=experiment_file("bag/holdout.parquet"),
        single=each_seed("predictions/holdout_single.parquet"),
        tta=each_seed("predictions/holdout_tta.parquet"),
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        holdout=survey_file("holdout.csv"),
        splits=each_seed("split.csv"),
        fair_ids=fair_ids(),
        test_index=survey_file("test.csv") if SURVEY_FILES.test_images else [],
        true_probabilities=SURVEY_FILES.true_probabilities or [],
    output:
        metrics=experiment_file("metrics.json"),
    log:
        experiment_file("logs/evaluate.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={
            "experiment": config["experiment"],
            "survey": SURVEY["name"],
            "seeds": config["seeds"],
            "tree": TREE_WITHOUT_WORDS,
        },
        code=fingerprints("evaluate"),
    script:
        "../scripts/evaluate.py"


rule record_experiment:
    input:
        survey=survey_file("provenance.json"),
        holdout=survey_file("holdout.csv"),
        starting_weights=STARTING_WEIGHTS,
        weights=each_stage("stages/{stage}.pt"),
    output:
        record=experiment_file("provenance.json"),
        diffs=directory(experiment_file("diffs")),
    log:
        experiment_file("logs/record_experiment.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"experiment": EXPERIMENT},
        code=fingerprints("record_experiment"),
    script:
        "../scripts/record_experiment.py"
