"""Checks of the Gateway API: Gateways, listeners, routes."""
