"""Render charts and overlays with Helm and Kustomize, and map the output to the source files."""
