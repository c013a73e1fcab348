"""Meshes for tests, made of YAML text."""

from istiolint.documents import read
from istiolint.mesh import Mesh
from istiolint.resources.resource import resources
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.targets import Coverage, Target


def mesh(text: str, *, settings: Settings | None = None, mesh_config: str | None = None) -> Mesh:
    """The mesh that some documents describe; each title line `# file: NAME` begins a file of its own."""
    found = []
    for part in text.split("# file: "):
        name, _, body = part.partition("\n") if part is not text.split("# file: ", maxsplit=1)[0] else ("mesh.yaml", "", part)
        found += [resource for document in read(Source(name.strip(), body)) for resource in resources(document)]
    given = next(read(Source("mesh-config.yaml", mesh_config))) if mesh_config is not None else None
    settings = settings or Settings()
    coverage = Coverage(Target("", resources=found), whole=settings.whole_mesh)
    return Mesh(found, settings, mesh_config=given, coverage=coverage)
