"""The requests that rules of AuthorizationPolicies match: texts with `*`, sources, operations, and rules that cover others."""
