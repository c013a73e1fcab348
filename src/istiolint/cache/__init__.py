"""What runs keep on disk for the next one."""

from istiolint.cache.folder import Folder
from istiolint.cache.pack import Pack
from istiolint.cache.payload import Payload

__all__ = ["Folder", "Pack", "Payload"]
