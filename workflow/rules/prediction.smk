rule predict_holdout:
    input:
        weights=experiment_file(f"seed{{seed}}/stages/{LAST_STAGE}.pt"),
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        subset=survey_file("holdout.csv"),
    output:
        single=experiment_file("seed{seed}/predictions/holdout_single.parquet"),
        tta=experiment_file("seed{seed}/predictions/holdout_tta.parquet"),
        views=experiment_file("seed{seed}/predictions/holdout_views.parquet"),
    log:
        experiment_file("logs/seed{seed}/predict_holdout.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/predict_holdout.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: 8
    resources:
        gpu=1,
    params:
        settings=prediction_settings(),
        code=fingerprints("predict"),
    script:
        "../scripts/predict.py"


use rule predict_holdout as predict_test with:
    input:
        weights=experiment_file(f"seed{{seed}}/stages/{LAST_STAGE}.pt"),
        crops=survey_file("test.npy"),
        index=survey_file("test.csv"),
        subset=survey_file("test.csv"),
    output:
        tta=experiment_file("seed{seed}/predictions/test_tta.parquet"),
    log:
        experiment_file("logs/seed{seed}/predict_test.log"),
    benchmark:
        experiment_file("benchmarks/seed{seed}/predict_test.tsv")


rule bag:
    input:
        each_seed("predictions/{galaxies}_tta.parquet"),
    output:
        experiment_file("bag/{galaxies}.parquet"),
    log:
        experiment_file("logs/bag_{galaxies}.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={},
        code=fingerprints("bag"),
    script:
        "../scripts/bag.py"


rule submission:
    input:
        experiment_file("bag/test.parquet"),
    output:
        experiment_file("submission.csv.gz"),
    log:
        experiment_file("logs/submission.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={},
        code=fingerprints("submission"),
    script:
        "../scripts/submission.py"


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
        test_index=survey_file("test.csv") if has_test_images() else [],
        true_probabilities=true_probabilities(),
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
