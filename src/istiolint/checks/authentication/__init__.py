"""Checks of JWT authentication: RequestAuthentication, JWKS, claims."""
