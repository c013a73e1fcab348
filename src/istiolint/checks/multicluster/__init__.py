"""Checks of meshes with several clusters and networks."""
