with input_errors_told():
    layout.require_own(SURVEY["own"])


rule label_own:
    input:
        images=SURVEY["own"]["images"],
        table=SURVEY["own"]["table"],
    output:
        labels=raw_file("raw/labels.csv"),
        image_names=raw_file("raw/image_names.csv"),
    log:
        raw_file("logs/label_own.log"),
    conda:
        "../../../envs/environment.yaml"
    params:
        settings=lambda wildcards: {
            "image_column": SURVEY["own"]["image_column"],
            "labels": SURVEY["own"]["labels"],
            "tree": TREE_WITHOUT_WORDS,
        }
        | listing(SURVEY["own"]["images"]),
        code=fingerprints("label_own"),
    script:
        "../../scripts/label_own.py"


SURVEY_FILES = SurveyFiles(
    training_images=SURVEY["own"]["images"],
    labels=rules.label_own.output.labels,
    image_names=rules.label_own.output.image_names,
)
