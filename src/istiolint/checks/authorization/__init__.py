"""Checks of AuthorizationPolicy: principals, paths, ports, hosts, conditions."""
