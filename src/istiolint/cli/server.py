"""`istiolint server`: the language server."""

from importlib import import_module

import click

from istiolint.cli.refusal import Refusal


@click.command(short_help="Start the language server for editors.")
def server() -> None:
    """Start the language server. Editors start it and talk to it over standard input and output.

    It needs the extra `server`: pip install 'istiolint[server]'.
    """
    import gc

    try:
        app = import_module("istiolint.server.app")  # by name: the server uses the command line's options, and is above it
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "attrs", "cattrs"):
            raise
        raise Refusal("the language server is not installed; run `pip install 'istiolint[server]'`") from error
    gc.enable()
    app.create().start_io()
