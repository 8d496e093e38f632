# Files in Kaggle's layout that are on disk already: nothing has to run.
with input_errors_told():
    SURVEY_FILES = layout.find(config["files"])
