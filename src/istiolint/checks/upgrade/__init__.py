"""What an upgrade of Istio changes for the manifests: rules that report only with `--upgrade-to`."""
