"""Comparison with an earlier state: baselines and git revisions."""

BASELINE = ".istiolint-baseline.json"
"""The file with the baseline, if no other is named."""
