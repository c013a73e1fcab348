"""Tests of requests: cases in files, what is expected of each, and how the trace differs from it."""
