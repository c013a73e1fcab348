"""Who can call whom: what mutual TLS and AuthorizationPolicies admit to each Service, by service account."""
