# Several surveys as one. Each is downloaded, cropped and held out as if it were alone, and shared with
# experiments on it alone; what is here makes the same files of all of them together.
JOINED_SURVEYS = raw_surveys_of("joined")


rule join_crops:
    input:
        crops=each_part("training.npy"),
        indices=each_part("training.csv"),
        rejected=each_part("rejected.csv"),
        pictures=each_part("pictures.json"),
        masked=each_part("masked.csv"),
    output:
        crops=survey_file("training.npy"),
        index=survey_file("training.csv"),
        rejected=survey_file("rejected.csv"),
        pictures=survey_file("pictures.json"),
        masked=survey_file("masked.csv"),
    log:
        survey_file("logs/join_crops.log"),
    benchmark:
        survey_file("benchmarks/join_crops.tsv")
    wildcard_constraints:
        survey=any_of(JOINED_SURVEYS),
    priority: 1  # nearly all else waits for it
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=joined_crop_settings,
        code=fingerprints("join_crops"),
    script:
        "../../scripts/join_crops.py"


rule join_holdouts:
    input:
        unpack(each_list_of_fair_ids),
        holdouts=each_part("holdout.csv"),
        indices=each_part("training.csv"),
    output:
        holdout=survey_file("holdout.csv"),
        fair_ids=survey_file("raw/fair_ids.csv"),
    log:
        survey_file("logs/join_holdouts.log"),
    wildcard_constraints:
        survey=any_of(JOINED_SURVEYS),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=joined_holdout_settings,
        code=fingerprints("join_holdouts"),
    script:
        "../../scripts/join_holdouts.py"


rule join_galaxies:
    input:
        unpack(files_of_parts("galaxies")),
        indices=each_part("training.csv"),
    output:
        galaxies=survey_file("raw/galaxies.csv"),
    log:
        survey_file("logs/join_galaxies.log"),
    wildcard_constraints:
        survey=any_of(JOINED_SURVEYS),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=joined_settings,
        code=fingerprints("join_galaxies"),
    script:
        "../../scripts/join_galaxies.py"


rule join_groups:
    input:
        unpack(files_of_parts("groups")),
        indices=each_part("training.csv"),
        galaxies=survey_file("raw/galaxies.csv"),
    output:
        groups=survey_file("raw/groups.csv"),
        twins=survey_file("twins.csv"),
    log:
        survey_file("logs/join_groups.log"),
    wildcard_constraints:
        survey=any_of(JOINED_SURVEYS),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=joined_settings,
        code=fingerprints("join_groups"),
    script:
        "../../scripts/join_groups.py"


FILES_OF_SOURCE["joined"] = lambda survey: layout.SurveyFiles(
    training_images=None,
    labels=None,
    fair_ids=(raw_file(survey, "fair_ids.csv") if any(map(fair_ids, parts_of(survey))) else None),
    groups=raw_file(survey, "groups.csv"),
    galaxies=raw_file(survey, "galaxies.csv"),
)
