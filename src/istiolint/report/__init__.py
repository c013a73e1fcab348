"""The report of a run, and the formats in which it is written."""

from istiolint.findings.report import Report, Summary

__all__ = ["Report", "Summary"]
