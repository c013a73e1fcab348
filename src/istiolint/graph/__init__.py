"""The mesh as a graph: calls, gateways, routes, mTLS, and findings."""
