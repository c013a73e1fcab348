"""Checks of VirtualService and DestinationRule: hosts, routes, matches, subsets."""
