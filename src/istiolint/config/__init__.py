"""The configuration: a file that is found upwards from what is linted, and checked against its schema.

The options of the command line win over it; `--isolated` reads none.
"""

from istiolint.config.config import Config, ConfigError
from istiolint.config.files import NAMES, find, load
from istiolint.config.schema import setting_names

__all__ = ["NAMES", "Config", "ConfigError", "find", "load", "setting_names"]
