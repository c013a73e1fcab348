"""The requests of editors: actions, hover, definitions, references, completion, symbols, lenses, and commands."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from lsprotocol import types

from istiolint.documents import Document
from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic, Path, Place, Span
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, resources
from istiolint.server import actions, completion, hover, lenses
from istiolint.server.diagnostics import diagnostic
from istiolint.server.folder import Folder
from istiolint.server.lenses import Symbol
from istiolint.server.meaning import Meaning, meaning, path_at, references
from istiolint.server.positions import Positions
from istiolint.sources import Source
from istiolint.trace.request import RequestError, request
from istiolint.trace.text import render
from istiolint.trace.tracer import Tracer, trace_in

TRACE, TRACE_ROUTE = "istiolint.trace", "istiolint.traceRoute"
_MOST_PROPOSALS = 500


class Found(NamedTuple):
    """A field under the cursor: its resource as the file has it, the path in it, and the meshes with that resource."""

    document: Document
    resource: Resource
    own: Path
    on_key: bool
    meshes: Sequence[tuple[Mesh, Resource]]


class Features:
    """Answers requests about one file of a folder. `uri` returns the URI of a path."""

    def __init__(self, folder: Folder, path: str, positions: Positions, uri: Callable[[str], str]):
        self._folder, self._path, self._positions, self._uri = folder, path, positions, uri

    @property
    def _source(self) -> Source | None:
        return self._folder.session.source(self._path)

    def actions(self, found: Sequence[Diagnostic], where: types.Range, only: Sequence[str] | None) -> list[types.CodeAction]:
        """Return the code actions for the findings in a range."""
        source = self._source
        if source is None:
            return []
        current = [one for one in found if one.span.source.text == source.text]
        start, end = self._positions.offset(source, where.start), self._positions.offset(source, where.end)
        chosen = [one for one in current if one.span.start <= end and start <= one.span.end]
        shown = partial(diagnostic, positions=self._positions, uri=self._uri_of)
        return [
            actions.code_action(action, shown, lambda each: self._uri(each.path), self._positions)
            for action in actions.actions(current, chosen, source)
            if only is None or any(action.kind == kind or action.kind.startswith(f"{kind}.") for kind in only)
        ]

    def hover(self, found: Sequence[Diagnostic], position: types.Position) -> types.Hover | None:
        """Return what hovering shows for the text at a position."""
        source = self._source
        if source is None:
            return None
        offset = self._positions.offset(source, position)
        texts = [
            hover.of_finding(one)
            for one in found
            if one.span.source.text == source.text and one.span.start <= offset <= one.span.end
        ]
        at = self._at(source, offset)
        if at:
            if at.on_key and (text := hover.of_field(at.resource, at.own)):
                texts.append(text)
            for mesh, resource in at.meshes[:1]:
                if not at.on_key and (named := meaning(resource, at.own, mesh)):
                    texts.append(hover.of_meaning(named, resource.namespace, mesh))
                elif "selector" in at.own and (text := hover.of_selector(resource, mesh)):
                    texts.append(text)
        if not texts:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(dict.fromkeys(texts))))

    def definitions(self, position: types.Position) -> list[types.Location]:
        """Return the places that define the name at a position."""
        return self._locations(at for _, found in self._meanings(position) for at in found.definitions)

    def references(self, position: types.Position, declaration: bool) -> list[types.Location]:
        """Return the places that use the name at a position."""
        found: list[Cursor] = []
        for mesh, named in self._meanings(position):
            defined = {(at.document, at.path) for at in named.definitions}
            found += [at for at in references(named, mesh) if declaration or (at.document, at.path) not in defined]
        return self._locations(found)

    def completions(self, position: types.Position) -> types.CompletionList:
        """Return the proposals to complete the text at a position."""
        source = self._source
        if source is None:
            return types.CompletionList(False, [])
        offset = self._positions.offset(source, position)
        place = completion.place(source.text, offset)
        of_file = [mesh for mesh, _ in self._folder.session.meshes([self._path])]
        meshes = of_file or [mesh for _, mesh in self._folder.session.all_meshes()[:1]]
        found = completion.unique(completion.proposals(place, meshes, self._folder.session.settings.istio_version))
        typed = self._positions.range(Span(source, offset - len(place.typed), offset))
        begun = [one for one in found if place.typed.lower() in one.text.lower()]
        items = [
            types.CompletionItem(
                one.text,
                kind=types.CompletionItemKind.Field if one.is_key else types.CompletionItemKind.Value,
                detail=printable(one.detail),
                text_edit=types.TextEdit(typed, f"{one.text}: " if one.is_key else one.text),
            )
            for one in begun[:_MOST_PROPOSALS]
        ]
        return types.CompletionList(len(begun) > _MOST_PROPOSALS, items)

    def symbols(self) -> list[types.DocumentSymbol]:
        """Return the resources of the file as symbols."""
        return [
            self._symbol(lenses.symbol(resource))
            for document in self._folder.session.documents(self._path)
            for resource in resources(document)
        ]

    def lenses(self) -> list[types.CodeLens]:
        """Return the code lenses of the file."""
        found: dict[tuple[int, str], types.CodeLens] = {}
        for mesh, in_file in self._folder.session.meshes([self._path]):
            for resource in in_file:
                if resource.document.written[0].source.path != self._path:
                    continue
                for lens in lenses.lenses(resource, mesh):
                    where = self._positions.range(lens.at.place.span())
                    arguments = [self._uri(self._path), resource.namespace, resource.name, lens.route]
                    command = types.Command(lens.title, TRACE_ROUTE if lens.route is not None else "", arguments=arguments)
                    found.setdefault((where.start.line, lens.title), types.CodeLens(where, command))
        return list(found.values())

    def trace_route(self, namespace: str, name: str, route: int) -> str:
        """Return the trace of a request that matches a route, as text."""
        for mesh, in_file in self._folder.session.meshes([self._path]):
            for resource in in_file:
                if (resource.type, resource.namespace, resource.name) == ("VirtualService", namespace, name):
                    return lenses.trace_route(resource, route, mesh) or "No request is known that matches this route."
        return "The VirtualService is not part of the workspace anymore."

    def _at(self, source: Source, offset: int) -> Found | None:
        for document in self._folder.session.documents(self._path):
            if not 0 <= offset - document.offset <= len(document.text):
                continue
            if not (at := path_at(document, offset - document.offset)):
                continue
            path, on_key = at
            for resource in resources(document):
                if path[: len(resource.path)] == resource.path:
                    meshes = [
                        (mesh, one)
                        for mesh, found in self._folder.session.meshes([self._path])
                        for one in found
                        if one.written == (document, resource.path)
                    ]
                    return Found(document, resource, path[len(resource.path) :], on_key, meshes)
        return None

    def _meanings(self, position: types.Position) -> Iterator[tuple[Mesh, Meaning]]:
        source = self._source
        at = self._at(source, self._positions.offset(source, position)) if source else None
        for mesh, resource in at.meshes if at else ():
            if found := meaning(resource, at.own, mesh) if at else None:
                yield mesh, found

    def _locations(self, found: "Iterator[Cursor] | list[Cursor]") -> list[types.Location]:
        spans = dict.fromkeys(at.place.span() for at in found)
        located = [types.Location(self._uri_of(span), self._positions.range(span)) for span in spans]
        return [one for number, one in enumerate(located) if one not in located[:number]]

    def _symbol(self, found: Symbol) -> types.DocumentSymbol:
        place = found.at.place
        where = self._positions.range(Place(place.document, place.path).span())
        kind = types.SymbolKind.Object if not found.children and found.at.path else types.SymbolKind.Class
        children = list(map(self._symbol, found.children))
        return types.DocumentSymbol(printable(found.name), kind, where, where, printable(found.detail), children=children)

    def _uri_of(self, span: Span) -> str:
        return self._uri(span.source.path)


def trace(folder: Folder, source: str, method: str, url: str) -> str:
    """Return what happens to a request in the mesh of a folder, or why that is unknown."""
    try:
        tracers = [Tracer(mesh, name) for name, mesh in folder.session.all_meshes()]
        return render(trace_in(tracers, request(source, method, url)))
    except RequestError as error:
        return f"The request cannot be traced: {printable(str(error))}"
