"""Kubernetes objects: values with their places, kinds, names and namespaces."""
