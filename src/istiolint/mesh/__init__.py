"""What the documents mean together: one Mesh, indexed once, that checks may ask."""

from istiolint.mesh.mesh import Mesh

__all__ = ["Mesh"]
