"""Request tests: cases in files, their expectations, and the differences from traces."""
