from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/settings.smk"
include: "workflow/rules/machine.smk"
include: "workflow/rules/refusals.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/terminal.smk"
include: "workflow/rules/tracking.smk"
include: "workflow/rules/notification.smk"
include: "workflow/rules/figures.smk"


for source in {source_of(survey): None for survey in SURVEYS}:

    include: f"workflow/rules/surveys/{source}.smk"


include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/prediction.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/catalogue.smk"
include: "workflow/rules/export.smk"


if PLAN.members:

    include: "workflow/rules/ensemble.smk"


rule all:
    default_target: True
    input:
        final_output(),
