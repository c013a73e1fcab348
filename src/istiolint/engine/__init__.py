"""The run: from sources to a report."""
