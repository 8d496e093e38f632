# Files in Kaggle's layout that are already on disk: nothing has to be run.
with input_errors_told():
    SURVEY_FILES = layout.find(BASE["files"])
