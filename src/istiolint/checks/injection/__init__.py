"""Checks of sidecar injection and of the annotations and labels that configure it."""
