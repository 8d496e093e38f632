rule download_kaggle:
    output:
        training_images=survey_file("raw/images_training_rev1.zip"),
        labels=survey_file("raw/training_solutions_rev1.zip"),
        test_images=survey_file("raw/images_test_rev1.zip"),
    log:
        survey_file("logs/download_kaggle.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("kaggle")),
    priority: 1  # so that what Kaggle asks of the user comes up first
    localrule: True
    conda:
        "../../../envs/environment.yaml"
    params:
        # No fingerprints: changed code would fetch the same bytes, which are checked anyway.
        settings={"competition": layout.COMPETITION, "image_counts": layout.IMAGE_COUNTS},
    script:
        "../../scripts/download_kaggle.py"


FILES_OF_SOURCE["kaggle"] = lambda survey: layout.SurveyFiles(
    training_images=raw_file(survey, "images_training_rev1.zip"),
    labels=raw_file(survey, "training_solutions_rev1.zip"),
    test_images=raw_file(survey, "images_test_rev1.zip"),
)
