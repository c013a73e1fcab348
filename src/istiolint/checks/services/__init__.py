"""Checks of Service, ServiceEntry, WorkloadEntry and WorkloadGroup."""
