"""Checks of Sidecar: scope and listeners."""
