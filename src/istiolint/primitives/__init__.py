"""What the fields of Istio may hold: hosts, addresses, ports, durations and the like, a module each."""
