"""Checks of retries, timeouts, circuit breakers, outlier detection, load balancing and fault injection."""
