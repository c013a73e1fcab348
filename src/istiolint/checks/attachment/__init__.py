"""Checks of what a policy attaches to: selectors, target references, one policy per workload."""
