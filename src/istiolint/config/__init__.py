"""The configuration: files that are found upwards from what is linted, and nested in it, each checked against the schema.

The options of the command line win over it; `--isolated` reads none.
"""

from istiolint.config.config import Config, ConfigError
from istiolint.config.files import NAMES, find, load, load_all
from istiolint.config.tree import Tree

__all__ = ["NAMES", "Config", "ConfigError", "Tree", "find", "load", "load_all"]
