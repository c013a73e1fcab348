"""The first configuration file of a repository (`istiolint init`)."""
