"""An unknown field is reported at its place, with the name or the place that was meant."""

import json
import re
import string
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from istiolint.data import folder
from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic, Path
from istiolint.fix import fix_all
from istiolint.schema.fields import Fields, Node, written
from istiolint.schema.instead import instead
from istiolint.schema.invented import INVENTED
from istiolint.schema.loader import minor
from istiolint.schema.removed import REMOVED
from istiolint.schema.spelling import plain_form
from istiolint.settings import NEWEST, Settings
from istiolint.sources import Source

RULES = ("field-needs-newer-istio", "misplaced-field", "removed-field", "unknown-field")
API_VERSIONS = {
    "AuthorizationPolicy": "security.istio.io/v1",
    "DestinationRule": "networking.istio.io/v1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "Gateway": "networking.istio.io/v1",
    "PeerAuthentication": "security.istio.io/v1",
    "RequestAuthentication": "security.istio.io/v1",
    "ServiceEntry": "networking.istio.io/v1",
    "Sidecar": "networking.istio.io/v1",
    "Telemetry": "telemetry.istio.io/v1",
    "VirtualService": "networking.istio.io/v1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "WorkloadGroup": "networking.istio.io/v1",
}


def found(text: str, version: str = NEWEST) -> list[Diagnostic]:
    report = lint([Source("a.yaml", text)], Settings(select=RULES, istio_version=version))
    assert not report.internal_errors
    return report.diagnostics


def only(text: str, version: str = NEWEST) -> Diagnostic:
    (diagnostic,) = found(text, version)
    return diagnostic


def words(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message} {diagnostic.hint}"


@cache
def fields(kind: str) -> Fields:
    return Fields(json.loads((folder("schemas") / f"{kind}.json").read_text("utf-8")))


def current(kind: str, node: Node) -> dict[str, Node]:
    """The fields of a mapping that the newest Istio has; a schema may know of later ones."""
    properties = fields(kind).properties(node)
    return {name: child for name, child in properties.items() if minor(child.get("x-since", "")) <= minor(NEWEST)}


@cache
def places(kind: str) -> list[tuple[Path, Node]]:
    """Every field below `spec`, through the first item of lists and the key `some` of free-form maps."""

    def walk(node: Node, path: Path) -> Any:
        for name, child in current(kind, node).items():
            yield (*path, name), child
            yield from walk(child, (*path, name))
        if node.get("items"):
            yield from walk(fields(kind).resolved(node["items"]), (*path, 0))
        if isinstance(node.get("additionalProperties"), dict):
            yield from walk(fields(kind).resolved(node["additionalProperties"]), (*path, "some"))

    return list(walk(fields(kind).at(("spec",)), ("spec",)))


def value_for(kind: str, node: Node) -> Any:
    types = node.get("type", "object")
    match types if isinstance(types, str) else types[0]:
        case "string":
            return node.get("enum", ["text"])[-1]
        case "integer" | "number":
            return 5
        case "boolean":
            return True
        case "array":
            return [value_for(kind, fields(kind).resolved(node.get("items") or {}))]
        case _:
            names = node.get("required") or [*current(kind, node)][:1]
            return {name: value_for(kind, fields(kind).properties(node)[name]) for name in names}


def put(data: Any, path: Path, value: Any) -> None:
    for step, following in zip(path, (*path[1:], None), strict=True):
        if isinstance(step, int):
            while len(data) <= step:
                data.append([] if isinstance(following, int) else {})
        if following is None:
            data[step] = value
        elif isinstance(step, str):
            data = data.setdefault(step, [] if isinstance(following, int) else {})
        else:
            data = data[step]


def yaml(data: Any, indent: str = "") -> str:
    """Block YAML with one key a line."""
    if isinstance(data, dict) and data:
        return "".join(f"{indent}{json.dumps(key)}:{_below(value, indent)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(f"{indent}- {yaml(item, indent + '  ').removeprefix(indent + '  ')}" for item in data)
    return f"{indent}{json.dumps(data)}\n"


def _below(value: Any, indent: str) -> str:
    return "\n" + yaml(value, indent + "  ") if value and isinstance(value, (dict, list)) else f" {json.dumps(value)}\n"


def resource(kind: str, path: Path, value: Any) -> str:
    data = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": {"name": "a"}}
    put(data, path, value)
    return yaml(data)


def line_of(path: Path) -> int:
    """The line of a key in `resource`: four lines stand before `spec`, and an item of a list begins on its dash."""
    return 4 + sum(isinstance(step, str) for step in path)


def explained_by_a_table(kind: str, path: Path) -> bool:
    pattern = written(fields(kind).pattern(path))
    return bool(instead(REMOVED, kind, pattern) or instead(INVENTED, kind, pattern))


@st.composite
def fields_of_kinds(draw: Any) -> tuple[str, Path, Node]:
    kind = draw(st.sampled_from(sorted(API_VERSIONS)))
    path, node = draw(st.sampled_from(places(kind)))
    return kind, path, node


@st.composite
def with_a_wrong_letter(draw: Any, name: str) -> str:
    at = draw(st.integers(0, len(name) - 1))
    letter = draw(st.sampled_from(string.ascii_letters + string.digits + "_-"))
    return draw(  # type: ignore[no-any-return]
        st.sampled_from(
            [
                name[:at] + letter + name[at:],
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
            ]
        )
    )


@given(fields_of_kinds(), st.data())
def test_typo(case: tuple[str, Path, Node], data: st.DataObject) -> None:
    kind, path, node = case
    name = str(path[-1])
    typo = data.draw(with_a_wrong_letter(name))
    wrong = (*path[:-1], typo)
    assume(typo and typo not in fields(kind).properties(fields(kind).at(path[:-1])) and not explained_by_a_table(kind, wrong))
    text = resource(kind, wrong, value_for(kind, node))
    diagnostic = only(text)
    assert diagnostic.rule == "unknown-field"
    assert diagnostic.span.begins.line == line_of(wrong)
    assert f"`{name}`" in words(diagnostic)
    if diagnostic.fix and diagnostic.fix.safe:
        assert fix_all([Source("a.yaml", text)], Settings(select=RULES)).texts == {
            "a.yaml": resource(kind, path, value_for(kind, node))
        }


def other_forms(name: str) -> list[str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    number = name.removesuffix("s") if name.endswith("s") else f"{name}s"
    return [snake, snake.replace("_", "-"), name.lower(), name.upper(), name[0].upper() + name[1:], number]


@given(fields_of_kinds(), st.integers(0, 5))
def test_other_form_of_the_name(case: tuple[str, Path, Node], form: int) -> None:
    kind, path, node = case
    name = str(path[-1])
    other = other_forms(name)[form]
    wrong = (*path[:-1], other)
    assume(other not in fields(kind).properties(fields(kind).at(path[:-1])) and not explained_by_a_table(kind, wrong))
    text = resource(kind, wrong, value_for(kind, node))
    diagnostic = only(text)
    assert (diagnostic.rule, diagnostic.span.begins.line) == ("unknown-field", line_of(wrong))
    assert f"`{name}`" in words(diagnostic)


@given(fields_of_kinds())
def test_one_level_too_high(case: tuple[str, Path, Node]) -> None:
    kind, path, node = case
    steps = [at for at, step in enumerate(path[:-1]) if isinstance(step, str)]
    up, name = steps[-1], str(path[-1])
    wrong = (*path[:up], name)
    allowed = fields(kind).properties(fields(kind).at(wrong[:-1]))
    assume(allowed and name not in allowed and path[up] != "some" and not explained_by_a_table(kind, wrong))
    text = resource(kind, wrong, value_for(kind, node))
    diagnostic = only(text)
    assert diagnostic.span.begins.line == line_of(wrong)
    near = [other for other in allowed if other.lower().startswith(name.lower()[:4]) or name.lower() in other.lower()]
    assert diagnostic.rule == "misplaced-field" or near, words(diagnostic)
    if diagnostic.rule == "misplaced-field":
        below = fields(kind).pattern(wrong)[:-1]
        everywhere = fields(kind).everywhere[plain_form(name)]
        homes = {known.pattern[len(below)] for known in everywhere if known.parent[: len(below)] == below != known.parent}
        assert any(re.search(rf"[`.]{home}\b", words(diagnostic)) for home in homes)


@given(fields_of_kinds(), st.data())
def test_one_level_too_low(case: tuple[str, Path, Node], data: st.DataObject) -> None:
    kind, path, node = case
    name = str(path[-1])
    beside = current(kind, fields(kind).at(path[:-1]))
    mappings = [other for other, child in beside.items() if other != name and fields(kind).properties(child)]
    assume(mappings)
    into = data.draw(st.sampled_from(mappings))
    wrong = (*path[:-1], into, name)
    allowed = fields(kind).properties(beside[into])
    assume(name not in allowed and not explained_by_a_table(kind, wrong))
    text = resource(kind, wrong, value_for(kind, node))
    diagnostic = only(text)
    near = [other for other in allowed if other.lower().startswith(name.lower()[:4]) or name.lower() in other.lower()]
    assert diagnostic.rule == "misplaced-field" or near, words(diagnostic)
    assert diagnostic.span.begins.line == line_of(wrong)


def test_a_field_that_is_set_already_is_not_proposed() -> None:
    text = resource("VirtualService", ("spec", "http", 0, "timeout"), "5s") + '      "timout": "10s"\n'
    assert "is already set" in words(only(text))
    assert only(text).fix is None


def test_a_field_of_a_later_version() -> None:
    text = resource("VirtualService", ("spec", "http", 0, "retries"), {"attempts": 3, "backoff": "50ms"})
    assert not found(text, "1.26")
    diagnostic = only(text, "1.25")
    assert diagnostic.rule == "field-needs-newer-istio"
    assert "1.26" in diagnostic.message


def test_a_typo_of_a_field_of_a_later_version_is_not_fixed() -> None:
    diagnostic = only(resource("VirtualService", ("spec", "http", 0, "retries"), {"attempts": 3, "backof": "50ms"}), "1.24")
    assert "`backoff` is probably meant, but requires Istio 1.26" in words(diagnostic)
    assert diagnostic.fix is None


def test_a_field_of_another_kind() -> None:
    diagnostic = only(resource("DestinationRule", ("spec", "servers"), []))
    assert diagnostic.rule == "unknown-field"
    assert "`servers` is a field of a Gateway" in words(diagnostic)


def test_the_value_decides_between_near_names() -> None:
    number = resource("DestinationRule", ("spec", "trafficPolicy", "outlierDetection"), {"maxEjectionPercen": 5})
    assert "`maxEjectionPercent`" in words(only(number))
    tls_or_tcp = resource("Gateway", ("spec", "servers", 0, "tl"), {"mode": "SIMPLE"})
    assert only(tls_or_tcp).hint == "did you mean `tls`?"


def test_strays_move_home_together_and_do_not_become_something_else() -> None:
    strays = {"interval": "10s", "baseEjectionTime": "30s", "maxRetries": 3}
    text = resource("DestinationRule", ("spec", "trafficPolicy", "connectionPool", "http"), strays)
    home = {"connectionPool": {"http": {"maxRetries": 3}}, "outlierDetection": {"interval": "10s", "baseEjectionTime": "30s"}}
    wanted = resource("DestinationRule", ("spec", "trafficPolicy"), home)
    assert fix_all([Source("a.yaml", text)], Settings(select=RULES), unsafe=True).texts == {"a.yaml": wanted}


def test_a_stray_with_two_homes_stays() -> None:
    policy = {"connectionPool": {"http": {"interval": "10s"}}, "outlierDetection": {"consecutive5xxErrors": 5}}
    diagnostic = only(resource("DestinationRule", ("spec", "trafficPolicy"), policy))
    assert diagnostic.fix is None
    assert "http2KeepAlive" in words(diagnostic)
    assert "outlierDetection" in words(diagnostic)


@pytest.mark.parametrize("kind", ["VirtualService", "DestinationRule"])
@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[1]], {"a": {"b": [None]}}])
def test_any_value_may_stand_at_an_unknown_field(kind: str, value: Any) -> None:
    for name in ("", "x", "host", "tls", "hosts", "on", "connectionPool", "exact", "http[0]"):
        text = resource(kind, ("spec", "x y", name), value)
        assert only(text).fix is None
        assert found(resource(kind, ("spec", "http", name), value)) or kind == "VirtualService"


def test_labels_in_the_selector_itself() -> None:
    text = resource("AuthorizationPolicy", ("spec", "selector"), {"app": "web", "tier": "front"})
    diagnostics = found(text)
    assert [(d.rule, d.hint) for d in diagnostics] == [("misplaced-field", "move it to `spec.selector.matchLabels`")] * 2
    wanted = resource("AuthorizationPolicy", ("spec", "selector", "matchLabels"), {"app": "web", "tier": "front"})
    assert fix_all([Source("a.yaml", text)], Settings(select=RULES)).texts == {"a.yaml": wanted}


def test_a_home_below_a_list_that_is_not_there() -> None:
    text = resource("AuthorizationPolicy", ("spec", "rules", 0, "from", 0, "source", "paths"), ["/a"])
    assert only(text).hint == "move it to `spec.rules[0].to[].operation.paths`"


def test_in_a_list_of_resources() -> None:
    spec = {"host": "a", "connectionPool": {"tcp": {"maxConnections": 5}}}
    api_version = API_VERSIONS["DestinationRule"]
    inner = json.dumps({"apiVersion": api_version, "kind": "DestinationRule", "metadata": {"name": "a"}, "spec": spec})
    text = f'{{"apiVersion": "v1", "kind": "List", "items": [{inner}]}}'
    diagnostic = only(text)
    assert diagnostic.field_path == "spec.connectionPool"
    assert "`spec.trafficPolicy`" in words(diagnostic)
    assert '"trafficPolicy": {"connectionPool"' in fix_all([Source("a.yaml", text)], Settings(select=RULES)).texts["a.yaml"]
