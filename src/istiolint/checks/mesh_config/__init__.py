"""Checks of MeshConfig and ProxyConfig."""
