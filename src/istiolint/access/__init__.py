"""Who can call whom: the requests that mutual TLS and AuthorizationPolicies admit to each Service, by service account."""
