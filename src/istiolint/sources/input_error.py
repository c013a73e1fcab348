"""Input that cannot be had."""


class InputError(Exception):
    """Why what the user named cannot be read or understood, in words for the user, and what to do."""
