if OWN_FILES:

    rule label_files:
        input:
            images=OWN_FILES["images"],
            table=OWN_FILES["table"],
        output:
            solutions=survey_file("raw/solutions.csv"),
            image_names=survey_file("raw/image_names.csv"),
        log:
            survey_file("logs/label_files.log"),
        conda:
            "../../envs/environment.yaml"
        params:
            settings={
                "image_column": OWN_FILES["image_column"],
                "labels": OWN_FILES["labels"],
                "tree": TREE_WITHOUT_WORDS,
            },
            code=fingerprints("label_files"),
        script:
            "../scripts/label_files.py"
