"""Reads the exports of a folder: what each file is, what it feeds, its records as text."""
