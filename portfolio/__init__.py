"""Investment-gap portfolio optimiser: which climate investments to make, and when, with the money there is."""

__version__ = "0.1.0"
