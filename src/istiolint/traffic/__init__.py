"""What the conditions of routes mean: which requests a match takes, and which routes are left without any."""
