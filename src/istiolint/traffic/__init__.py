"""The conditions of routes as sets of requests, and routes that earlier ones leave without requests."""
