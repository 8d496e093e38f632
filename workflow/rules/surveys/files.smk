# Files in Kaggle's layout that are already on disk: nothing has to be run.
def files_in_kaggles_layout(survey):
    """The files of a survey, in the folder that the config's `files` names."""
    with input_errors_told():
        return layout.find(SURVEYS[survey]["files"])


FILES_OF_SOURCE["files"] = files_in_kaggles_layout
for name in raw_surveys_of("files"):  # what is missing is told before anything else
    files_of(name)
