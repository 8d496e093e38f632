with input_errors_told():
    for name in raw_surveys_of("own"):
        layout.require_own(SURVEYS[name]["survey"]["own"])


rule label_own:
    input:
        images=lambda wildcards: source_settings(wildcards)["images"],
        table=lambda wildcards: source_settings(wildcards)["table"],
    output:
        labels=survey_file("raw/labels.csv"),
        notes=survey_file("raw/label_notes.csv"),
        image_names=survey_file("raw/image_names.csv"),
    log:
        survey_file("logs/label_own.log"),
    wildcard_constraints:
        survey=any_of(raw_surveys_of("own")),
    conda:
        "../../../envs/environment.yaml"
    params:
        settings=own_label_settings,
        code=fingerprints("label_own"),
    script:
        "../../scripts/label_own.py"


FILES_OF_SOURCE["own"] = lambda survey: layout.SurveyFiles(
    training_images=SURVEYS[survey]["survey"]["own"]["images"],
    labels=raw_file(survey, "labels.csv"),
    label_notes=raw_file(survey, "label_notes.csv"),
    image_names=raw_file(survey, "image_names.csv"),
)
