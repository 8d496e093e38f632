"""What the workflow's scripts do their work with; knows nothing of Snakemake."""
