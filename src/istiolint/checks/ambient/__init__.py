"""Checks of ambient mode: waypoints, ztunnel, and what they ignore."""
