"""The column by which tables of galaxies are matched."""

GALAXY_ID = "GalaxyID"
