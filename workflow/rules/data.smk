if SIMULATED:

    rule simulate:
        output:
            training_images=survey_file("raw/images_training_rev1.zip"),
            solutions=survey_file("raw/training_solutions_rev1.zip"),
            test_images=(survey_file("raw/images_test_rev1.zip") if has_test_images() else []),
            true_probabilities=survey_file("raw/true_probabilities.csv"),
        log:
            survey_file("logs/simulate.log"),
        benchmark:
            survey_file("benchmarks/simulate.tsv")
        conda:
            "../../envs/environment.yaml"
        threads: 8
        params:
            settings=SURVEY["simulation"],
            code=fingerprints("simulate"),
        script:
            "../scripts/simulate.py"


rule crop_training:
    input:
        images=raw_file("training_images"),
        solutions=raw_file("solutions"),
        image_names=image_names(),
    output:
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        rejected=survey_file("rejected.csv"),
    log:
        survey_file("logs/crop_training.log"),
    benchmark:
        survey_file("benchmarks/crop_training.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: 8
    params:
        settings=crop_settings() | {"tree": TREE_WITHOUT_WORDS},
        code=fingerprints("crop"),
    script:
        "../scripts/crop.py"


rule crop_test:
    input:
        images=raw_file("test_images"),
    output:
        crops=survey_file("test.npy"),
        index=survey_file("test.csv"),
        rejected=survey_file("rejected_test.csv"),
    log:
        survey_file("logs/crop_test.log"),
    benchmark:
        survey_file("benchmarks/crop_test.tsv")
    conda:
        "../../envs/environment.yaml"
    threads: 8
    params:
        settings=crop_settings(),
        code=fingerprints("crop"),
    script:
        "../scripts/crop.py"


rule hold_out:
    input:
        index=survey_file("training.csv"),
        fair_ids=fair_ids(),
    output:
        holdout=survey_file("holdout.csv"),
    log:
        survey_file("logs/hold_out.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"fraction": SURVEY["holdout"], "seed": SURVEY["holdout_seed"]},
        code=fingerprints("hold_out"),
    script:
        "../scripts/hold_out.py"


rule record_survey:
    input:
        images=raw_file("training_images"),
        solutions=raw_file("solutions"),
        index=survey_file("training.csv"),
    output:
        record=survey_file("provenance.json"),
    log:
        survey_file("logs/record_survey.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={},
        code=fingerprints("record_survey"),
    script:
        "../scripts/record_survey.py"


rule split:
    input:
        index=survey_file("training.csv"),
        holdout=survey_file("holdout.csv"),
    output:
        split=experiment_file("seed{seed}/split.csv"),
    log:
        experiment_file("logs/seed{seed}/split.log"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"validation": config["validation"]},
        code=fingerprints("split"),
    script:
        "../scripts/split.py"
