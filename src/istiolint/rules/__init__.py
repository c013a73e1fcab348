"""Rules: how they are declared and registered, and their pages."""
