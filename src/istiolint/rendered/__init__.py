"""What Helm and Kustomize make of charts and overlays, and from which files it came."""
