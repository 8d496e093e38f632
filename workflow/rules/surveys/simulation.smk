rule simulate:
    output:
        training_images=raw_file("raw/images_training_rev1.zip"),
        labels=raw_file("raw/training_solutions_rev1.zip"),
        test_images=(
            raw_file("raw/images_test_rev1.zip") if SURVEY["simulation"]["test_galaxies"] else []
        ),
        true_probabilities=raw_file("raw/true_probabilities.csv"),
    log:
        raw_file("logs/simulate.log"),
    benchmark:
        raw_file("benchmarks/simulate.tsv")
    priority: 1  # nearly all else waits for it
    conda:
        "../../../envs/environment.yaml"
    threads: 8
    params:
        settings=SURVEY["simulation"],
        code=fingerprints("simulate"),
    script:
        "../../scripts/simulate.py"


SURVEY_FILES = SurveyFiles(
    training_images=rules.simulate.output.training_images,
    labels=rules.simulate.output.labels,
    test_images=rules.simulate.output.test_images or None,
    true_probabilities=rules.simulate.output.true_probabilities,
)
