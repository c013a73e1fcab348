"""Checks of meshes of several clusters and networks."""
