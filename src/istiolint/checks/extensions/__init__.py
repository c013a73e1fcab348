"""Checks of EnvoyFilter."""
