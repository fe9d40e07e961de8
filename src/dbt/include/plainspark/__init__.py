"""The macros of the adapter plainspark."""

from pathlib import Path

PACKAGE_PATH = str(Path(__file__).parent)
