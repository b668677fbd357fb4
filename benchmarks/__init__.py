"""Measures what presignlib promises about speed and size: ``python benchmarks/run.py``."""
