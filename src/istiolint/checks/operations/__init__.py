"""Checks of how a mesh is run: availability, cost, exposure, istiod."""
