"""The effective mutual TLS of a mesh as a table: each workload and port with its mode, and who would fail to call it."""
