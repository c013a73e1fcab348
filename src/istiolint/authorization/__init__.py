"""What the rules of AuthorizationPolicies match: texts with `*`, sources and operations, and which rule holds within which."""
