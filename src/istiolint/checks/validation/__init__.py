"""What Istio refuses in its admission webhook, or warns of, beyond what the schemas say; a module a kind or subject."""
