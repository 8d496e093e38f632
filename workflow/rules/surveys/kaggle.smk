rule download_kaggle:
    output:
        training_images=raw_file("raw/images_training_rev1.zip"),
        labels=raw_file("raw/training_solutions_rev1.zip"),
        test_images=raw_file("raw/images_test_rev1.zip"),
    log:
        raw_file("logs/download_kaggle.log"),
    priority: 1  # so that what Kaggle asks of the user comes up first
    localrule: True
    conda:
        "../../../envs/environment.yaml"
    params:
        # No fingerprints: changed code would fetch the same bytes, which are checked anyway.
        settings={
            "competition": layout.COMPETITION,
            "image_counts": layout.IMAGE_COUNTS,
        },
    script:
        "../../scripts/download_kaggle.py"


SURVEY_FILES = SurveyFiles(
    training_images=rules.download_kaggle.output.training_images,
    labels=rules.download_kaggle.output.labels,
    test_images=rules.download_kaggle.output.test_images,
)
