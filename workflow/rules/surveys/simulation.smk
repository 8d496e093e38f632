SIMULATED = raw_surveys_of("simulation")
WITH_TEST = [name for name in SIMULATED if SURVEYS[name]["survey"]["simulation"]["test_galaxies"]]


rule simulate:
    output:
        training_images=survey_file("raw/images_training_rev1.zip"),
        labels=survey_file("raw/training_solutions_rev1.zip"),
        true_probabilities=survey_file("raw/true_probabilities.csv"),
        test_images=survey_file("raw/images_test_rev1.zip"),
    log:
        survey_file("logs/simulate.log"),
    benchmark:
        survey_file("benchmarks/simulate.tsv")
    wildcard_constraints:
        survey=any_of(WITH_TEST),
    priority: 1  # nearly all else waits for it
    conda:
        "../../../envs/environment.yaml"
    threads: 8
    params:
        settings=source_settings,
        code=fingerprints("simulate"),
    script:
        "../../scripts/simulate.py"


use rule simulate as simulate_without_test with:
    output:
        training_images=survey_file("raw/images_training_rev1.zip"),
        labels=survey_file("raw/training_solutions_rev1.zip"),
        true_probabilities=survey_file("raw/true_probabilities.csv"),
    wildcard_constraints:
        survey=any_of(name for name in SIMULATED if name not in WITH_TEST),


FILES_OF_SOURCE["simulation"] = lambda survey: layout.SurveyFiles(
    training_images=raw_file(survey, "images_training_rev1.zip"),
    labels=raw_file(survey, "training_solutions_rev1.zip"),
    test_images=(raw_file(survey, "images_test_rev1.zip") if survey in WITH_TEST else None),
    true_probabilities=raw_file(survey, "true_probabilities.csv"),
)
