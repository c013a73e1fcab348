"""istiolint reads Istio manifests offline and says what will break, where, why, and how to mend it."""

__version__ = "0.1.0"
