"""Checks of TLS and mutual TLS: PeerAuthentication, client TLS, certificates."""
