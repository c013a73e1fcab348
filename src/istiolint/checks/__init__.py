"""The checks, one module a topic. Every module of this package is imported and registers its checks."""
