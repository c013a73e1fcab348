"""The language server: what editors show while manifests are written."""
