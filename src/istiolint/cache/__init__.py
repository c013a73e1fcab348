"""What runs keep on disk for the next one."""

from istiolint.cache.folder import Folder
from istiolint.cache.pack import Pack

__all__ = ["Folder", "Pack"]
