if SOURCE == "kaggle":

    rule download_kaggle:
        output:
            training_images=survey_file("raw/images_training_rev1.zip"),
            solutions=survey_file("raw/training_solutions_rev1.zip"),
            test_images=survey_file("raw/images_test_rev1.zip"),
        log:
            survey_file("logs/download_kaggle.log"),
        priority: 1  # what Kaggle asks of the user comes before any other work
        localrule: True
        conda:
            "../../envs/environment.yaml"
        params:
            # No fingerprints: other code would fetch the same bytes, which are checked.
            settings={
                "competition": kaggle_files.COMPETITION,
                "image_counts": kaggle_files.IMAGE_COUNTS,
            },
        script:
            "../scripts/download_kaggle.py"


rule submit:
    input:
        submission=file_to_submit,
    output:
        score=experiment_file("kaggle_score.json"),
    log:
        experiment_file("logs/submit.log"),
    localrule: True
    conda:
        "../../envs/environment.yaml"
    params:
        settings={
            "competition": kaggle_files.COMPETITION,
            "experiment": config["experiment"],
        },
        code=fingerprints("submit"),
    script:
        "../scripts/submit.py"
