# The figures of errors and of averaging, each drawn as SVG and PNG with a CSV of its numbers: the
# rule that draws them, the subcategory in Snakemake's report, and what they are called there, with
# the words of `plan/labellers.py` in braces.
ERRORS = {
    "questions": "by question",
    "answers": "by answer",
    "error_by_property": "by {agreement_in_tables}, brightness and size",
    "predicted_against_voted": "predicted against {voted}",
    "reliability": "reliability of each answer",
    "coverage": "how often intervals hold, by answer",
    "coverage_by_property": "how often intervals hold, by property",
}
AVERAGING = {"error_by_views": "over views", "error_by_seeds": "over seeds"}
# Of surveys with a class for each galaxy alone.
CLASSES = {
    "class_confusion": "which class is taken for which",
    "class_roc": "ROC curve of each class",
    "class_precision_recall": "precision and recall of each class",
}
# Figures that are drawn a second time, for a phone.
NARROW = tuple(
    f"{name}_narrow"
    for name in ("learning_curves", "questions", "error_by_views", "error_by_seeds")
)
# The tables that every page shows.
TABLES = ("answers", "error_by_property", "coverage", "confusion", "selection")
# Under which figures stand in Snakemake's report, which sorts them by name.
SUBCATEGORIES = (
    *("the whole report", "data", "learning", "errors", "averaging", "galaxies", "attribution"),
    "comparison",
)
SHEETS = ("typical", "best", "worst", "disagreed")
# What no report is made from, each the template of something else or the script of another page.
PAGES = (
    *("report.html.j2", "comparison.html.j2", "catalogue.html.j2", "model_card.md.j2"),
    *("check.html.j2", "show.html.j2", "show.js", "catalogue.js"),
    *("suggested.html.j2", "label.html.j2", "label.css", "label.js"),
)


def reported(name, caption, subcategory, figure, **labels):
    """A file of an experiment that is also in Snakemake's report."""
    return report(
        experiment_file(name),
        caption=f"../report/{caption}.rst",
        category="{experiment}",
        subcategory=f"{1 + SUBCATEGORIES.index(subcategory)} {subcategory}",
        labels=lambda wildcards: {
            "figure": figure.format(**labellers_in_words(wildcards)),
            **labels,
        },
    )


def figure_file(name):
    """Path of a figure of an experiment."""
    return experiment_file(f"figures/{name}")


def drawn(figures, subcategory):
    """The SVG files of some figures by name, all of them in Snakemake's report."""
    return {
        name: reported(f"figures/{name}.svg", name, subcategory, label)
        for name, label in figures.items()
    }


def with_numbers(figures):
    """Paths of the PNG files and of the numbers of some figures."""
    return [figure_file(f"{name}{ending}") for name in figures for ending in (".png", ".csv")]


def svg_files(figures):
    """Paths of the SVG files of some figures, by name."""
    return {name: figure_file(f"{name}.svg") for name in figures}


def class_figures(wildcards):
    """The SVG files of figures of classes, by name; none for a survey without classes."""
    names = CLASSES if has_classes(config_of(wildcards)) else ()
    return {name: figure_file(f"{name}.svg").format(**wildcards) for name in names}


def label_curve(wildcards):
    """Path of what more labels would bring, or nothing if nobody asked."""
    asked = PLAN.curve and wildcards.experiment == PLAN.base
    return experiment_file("label_curve.json").format(**wildcards) if asked else []


def figures_of_the_label_curve(wildcards):
    """The SVG files of what more labels would bring, by name; none if nobody asked."""
    names = ("label_curve", "label_curve_narrow") if label_curve(wildcards) else ()
    return {name: figure_file(f"{name}.svg").format(**wildcards) for name in names}


def predictions_of_own(wildcards):
    """Path of the table of held-out galaxies by the owner's names, or nothing if they have none."""
    named = its_raw("galaxies")(wildcards)
    return experiment_file("predictions.csv").format(**wildcards) if named else []


def sheet_files():
    """Paths of the sheets of galaxies, by name."""
    return {sheet: figure_file(f"galaxies_{sheet}.png") for sheet in SHEETS}


def tables_of_the_crop(wildcards):
    """Paths of the tables of galaxies and labels that the experiment's survey is left without."""
    names = ("masked", "not_at_random", "rejected")
    return [its_survey(f"{table}.csv")(wildcards) for table in names]


def report_file(name):
    """Path of a file in `workflow/report/`, relative where all runs in the folder of this workflow.

    So a folder that is moved has the same inputs.
    """
    path = WORKFLOW / "report" / name
    as_a_module = IN_THE_MODULE("results/") != "results/"
    here = Path.cwd()
    return str(path if as_a_module or here not in path.parents else path.relative_to(here))


def page_parts():
    """Paths of what the report's template includes: macros, sections, styles and script."""
    folder = WORKFLOW / "report"
    files = [path for kind in ("*.j2", "*.css", "*.js") for path in folder.rglob(kind)]
    return sorted(report_file(path.relative_to(folder)) for path in files if path.name not in PAGES)
