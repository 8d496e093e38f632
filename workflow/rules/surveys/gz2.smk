rule download_gz2:
    output:
        mapping=survey_file("raw/gz2_filename_mapping.csv"),
        tables=directory(survey_file("raw/tables")),
        images=survey_file("raw/images_gz2.zip"),
    log:
        survey_file("logs/download_gz2.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("gz2")),
    localrule: True
    conda:
        "../../../envs/environment.yaml"
    params:
        settings=lambda wildcards: {
            name: source_settings(wildcards)[name] for name in ("mapping", "tables", "images")
        },
        code=fingerprints("download_gz2"),
    script:
        "../../scripts/download_gz2.py"


rule label_gz2:
    input:
        images=rules.download_gz2.output.images,
        mapping=rules.download_gz2.output.mapping,
        tables=rules.download_gz2.output.tables,
    output:
        labels=survey_file("raw/labels.csv"),
        notes=survey_file("raw/label_notes.csv"),
        image_names=survey_file("raw/image_names.csv"),
    log:
        survey_file("logs/label_gz2.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("gz2")),
    conda:
        "../../../envs/environment.yaml"
    resources:
        **NEEDS,
    params:
        settings=lambda wildcards: {
            name: source_settings(wildcards)[name] for name in ("votes", "far_sums")
        },
        code=fingerprints("label_gz2"),
    script:
        "../../scripts/label_gz2.py"


# Only for an owner's list of starting weights.
rule place_gz2:
    input:
        tables=rules.download_gz2.output.tables,
    output:
        galaxies=survey_file("raw/positions.csv"),
    log:
        survey_file("logs/place_gz2.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("gz2")),
    localrule: True
    conda:
        "../../../envs/environment.yaml"
    params:
        settings={},
        code=fingerprints("place_gz2"),
    script:
        "../../scripts/place_gz2.py"


GALAXIES_OF_SOURCE["gz2"] = lambda survey: raw_file(survey, "positions.csv")
FILES_OF_SOURCE["gz2"] = lambda survey: layout.SurveyFiles(
    training_images=raw_file(survey, "images_gz2.zip"),
    labels=raw_file(survey, "labels.csv"),
    label_notes=raw_file(survey, "label_notes.csv"),
    image_names=raw_file(survey, "image_names.csv"),
)
