"""What an upgrade of Istio changes for the manifests: rules that speak only with `--upgrade-to`."""
