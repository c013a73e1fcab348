"""Repositories for tests, made of texts: `files` maps paths to YAML."""

from collections.abc import Mapping

from istiolint.documents import Document, named_by_others, read
from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.resources.resource import Resource
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.targets import Library, Target, targets_of

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec:
  selector: {app: cart}
  ports: [{name: http, port: 80}]
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {serviceAccountName: cart, containers: [{name: app, image: "example.com/cart:1"}]}
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]
  http:
    - timeout: 3s
      route: [{destination: {host: cart, subset: v1}}]
"""


def sources(files: Mapping[str, str], *, context: tuple[str, ...] = ()) -> list[Source]:
    """The sources of a repository; those below the folders of `context` are read for reference."""
    return [
        Source(path, text, linted=not path.startswith(context)) if context else Source(path, text) for path, text in files.items()
    ]


def documents(files: Mapping[str, str], *, context: tuple[str, ...] = ()) -> list[Document]:
    """The documents of a repository."""
    found = sources(files, context=context)
    named = named_by_others(found)
    return [document for source in found for document in read(source, named)]


def targets(files: Mapping[str, str], *, context: tuple[str, ...] = ()) -> list[Target]:
    """The targets of a repository."""
    found = documents(files, context=context)
    return targets_of(Library(found))


def only(files: Mapping[str, str], kind: str, target: str | None = None) -> Resource:
    """The only resource of a kind in the only target, or in that with a name."""
    found = [one for one in targets(files) if target is None or one.name == target]
    [resource] = [resource for one in found for resource in one.resources if resource.kind == kind]
    return resource


def report(files: Mapping[str, str], *, context: tuple[str, ...] = (), settings: Settings | None = None) -> Report:
    """What linting a repository reports."""
    return lint(sources(files, context=context), settings or Settings())
