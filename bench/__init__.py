"""Measures the build beside the floor and beside what people use today, in one run."""
