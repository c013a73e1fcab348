"""`python -m istiolint`, the same as the `istiolint` command."""

import os
import sys

from istiolint.cli.main import main


def _forget_current_folder() -> None:
    """Import nothing from the folder that is linted: `python -m` puts it first."""
    try:
        is_current = sys.path[:1] == [os.getcwd()] and not sys.flags.safe_path
    except OSError:  # the folder does not exist anymore
        is_current = True
    if is_current:
        del sys.path[0]


if __name__ == "__main__":
    _forget_current_folder()
    main()
