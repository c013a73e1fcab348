"""Checks of Telemetry: access logs, metrics, traces and their providers."""
