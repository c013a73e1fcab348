"""Input that cannot be had."""


class InputError(Exception):
    """Why what the user named cannot be read or understood, in words for the user, and what to do."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The same as lines for a terminal."""
        return (str(self),)
