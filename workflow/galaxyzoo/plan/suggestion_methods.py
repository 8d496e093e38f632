"""The ways to suggest galaxies to label. Standard library alone: it is read with the Snakefile."""

RANDOM, DISAGREEMENT, VARIETY, BOTH = "random", "disagreement", "variety", "both"
METHODS = (RANDOM, DISAGREEMENT, VARIETY, BOTH)
OF_DISAGREEMENT = (DISAGREEMENT, BOTH)  # methods that need two networks at least
OF_FEATURES = (VARIETY, BOTH)  # methods that need each galaxy's features
