"""How fast the workflow is against what it cannot beat, and how much memory it takes."""
