SIMULATED = raw_surveys_of("simulation")
WITH_TEST = [name for name in SIMULATED if SURVEYS[name]["survey"]["simulation"]["test_galaxies"]]


rule simulate:
    output:
        training_images=survey_file("raw/images_training_rev1.zip"),
        labels=survey_file("raw/training_solutions_rev1.zip"),
        true_probabilities=survey_file("raw/true_probabilities.csv"),
        votes=survey_file("raw/votes.csv"),
    log:
        survey_file("logs/simulate.log"),
    benchmark:
        survey_file("benchmarks/simulate.tsv")
    wildcard_constraints:
        survey=any_of(SIMULATED),
    priority: 1  # nearly all else waits for it
    conda:
        "../../../envs/environment.yaml"
    threads: 8
    resources:
        **NEEDS,
    params:
        settings=lambda wildcards: {
            name: source_settings(wildcards)[name] for name in ("galaxies", "volunteers", "seed")
        },
        code=fingerprints("simulate"),
    script:
        "../../scripts/simulate.py"


# Apart from the labelled galaxies, none of which depends on the number of test galaxies.
use rule simulate as simulate_test with:
    output:
        test_images=survey_file("raw/images_test_rev1.zip"),
    log:
        survey_file("logs/simulate_test.log"),
    benchmark:
        survey_file("benchmarks/simulate_test.tsv")
    wildcard_constraints:
        survey=any_of(WITH_TEST),
    priority: 0
    params:
        settings=lambda wildcards: {
            name: source_settings(wildcards)[name]
            for name in ("galaxies", "test_galaxies", "seed")
        },
        code=fingerprints("simulate"),


FILES_OF_SOURCE["simulation"] = lambda survey: layout.SurveyFiles(
    training_images=raw_file(survey, "images_training_rev1.zip"),
    labels=raw_file(survey, "training_solutions_rev1.zip"),
    test_images=(raw_file(survey, "images_test_rev1.zip") if survey in WITH_TEST else None),
    true_probabilities=raw_file(survey, "true_probabilities.csv"),
    votes=raw_file(survey, "votes.csv"),
)
