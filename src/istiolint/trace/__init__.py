"""What happens to a request: which proxies handle it, which route, TLS and policies apply, and the response."""
