"""Checks of Istio's Gateway and of the VirtualServices bound to it."""
