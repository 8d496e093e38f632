with input_errors_told():
    for name in raw_surveys_of("own"):
        layout.require_own(SURVEYS[name]["survey"]["own"])


rule label_own:
    input:
        images=lambda wildcards: source_settings(wildcards)["images"],
        table=lambda wildcards: source_settings(wildcards)["table"] or [],
    output:
        labels=survey_file("raw/labels.csv"),
        notes=survey_file("raw/label_notes.csv"),
        image_names=survey_file("raw/image_names.csv"),
        faults=survey_file("raw/faults.csv"),
        votes=survey_file("raw/votes.csv"),
    log:
        survey_file("logs/label_own.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("own")),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=own_label_settings,
        code=fingerprints("label_own"),
    script:
        "../../scripts/label_own.py"


rule group_own:
    input:
        images=lambda wildcards: source_settings(wildcards)["images"],
        table=lambda wildcards: source_settings(wildcards)["table"] or [],
    output:
        groups=survey_file("raw/groups.csv"),
    log:
        survey_file("logs/group_own.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("own")),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=group_settings,
        code=fingerprints("group_own"),
    script:
        "../../scripts/group_own.py"


rule name_own:
    input:
        images=lambda wildcards: source_settings(wildcards)["images"],
        table=lambda wildcards: source_settings(wildcards)["table"] or [],
    output:
        galaxies=survey_file("raw/galaxies.csv"),
    log:
        survey_file("logs/name_own.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("own")),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=carry_settings,
        code=fingerprints("name_own"),
    script:
        "../../scripts/name_own.py"


def files_of_own(survey):
    """The `SurveyFiles` of a survey of the user's own."""
    own = SURVEYS[survey]["survey"]["own"]
    return layout.SurveyFiles(
        training_images=own["images"],
        labels=raw_file(survey, "labels.csv"),
        label_notes=raw_file(survey, "label_notes.csv"),
        image_names=raw_file(survey, "image_names.csv"),
        faults=raw_file(survey, "faults.csv"),
        groups=raw_file(survey, "groups.csv") if own["group_column"] else None,
        galaxies=raw_file(survey, "galaxies.csv"),
        table=own["table"],
        votes=raw_file(survey, "votes.csv") if counts_votes(SURVEYS[survey]) else None,
    )


FILES_OF_SOURCE["own"] = files_of_own
