"""Rules without code: those that a configuration describes by an expression in CEL."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from istiolint.findings.finding import Finding
from istiolint.resources.cursor import Cursor
from istiolint.rules.cel import Expression, ExpressionError
from istiolint.rules.check import Registered, Rule, UndecidedError, finding
from istiolint.settings import CustomRule

if TYPE_CHECKING:
    from istiolint.mesh import Mesh
    from istiolint.resources.resource import Resource

TOPIC = "custom"
_STEP = re.compile(r"""\.?(?P<name>[A-Za-z0-9_-]+)|\[(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<index>\*|[0-9]+))\]""")
_EACH = "*"


class CustomRuleError(Exception):
    """What is wrong with one setting of a rule."""

    def __init__(self, setting: str, message: str):
        super().__init__(message)
        self.setting = setting


def rule_of(custom: CustomRule) -> Rule:
    """Return the facts about a rule."""
    return Rule(custom.id, custom.severity, "document", TOPIC, custom.kinds, default=custom.default)


def registered(custom: CustomRule) -> Registered:
    """Return the function that evaluates a rule."""
    evaluate: list[Callable[[Resource, Mesh], Iterator[Finding]]] = []

    def run(resource: "Resource", mesh: "Mesh") -> Iterator[Finding]:
        if not evaluate:
            evaluate.append(_compiled(custom))
        return evaluate[0](resource, mesh)

    return Registered(custom.kinds, (), run)


def verify(custom: CustomRule) -> None:
    """Raise CustomRuleError for an expression or a path that cannot be used."""
    steps_of(custom.at)
    for setting, text in (("expression", custom.expression), ("messageExpression", custom.message_expression)):
        if text:
            _expression(setting, text)


def _expression(setting: str, text: str) -> Expression:
    try:
        return Expression(text)
    except ExpressionError as error:
        raise CustomRuleError(setting, f"`{setting}` is not valid: {error}") from error


def steps_of(path: str) -> list[str | int]:
    """Return the steps of a path such as `spec.http[*].route[0]`; `*` means each item. Raises CustomRuleError."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if not match or (match["name"] and (match[0][0] == ".") != bool(at)):
            raise CustomRuleError("at", f"`at` must be a path such as `spec.http[*].timeout`, not `{path}`")
        index = match["index"]
        name = next((match[group] for group in ("name", "double", "single") if match[group] is not None), "")
        steps.append(int(index) if index and index != _EACH else index or name)
        at = match.end()
    return steps


def _compiled(custom: CustomRule) -> "Callable[[Resource, Mesh], Iterator[Finding]]":
    steps = steps_of(custom.at)
    expression = Expression(custom.expression)
    message = Expression(custom.message_expression) if custom.message_expression else None

    def run(resource: "Resource", mesh: "Mesh") -> Iterator[Finding]:
        environment = mesh.environments.of(resource)
        namespace = next(iter(mesh.namespaces.get(resource.namespace, ())), None)
        variables = {
            "object": resource.value,
            "namespaceObject": namespace.value if namespace else None,
            "environment": environment.name if environment else "",
        }
        undecided = ""
        for place in _places(resource, steps):
            variables["self"] = place.value
            try:
                holds = expression.evaluate(variables)
                if not isinstance(holds, bool):
                    raise ExpressionError("its value is neither true nor false")
                if not holds:
                    yield finding(_existing(resource, place), _message(custom, message, variables), hint=custom.hint)
            except ExpressionError as error:
                undecided = undecided or str(error)
        if undecided:
            raise UndecidedError(undecided)

    return run


def _message(custom: CustomRule, expression: Expression | None, variables: dict[str, Any]) -> str:
    """Return the message of a finding; as in Kubernetes, the fixed one where the expression has no text."""
    try:
        text = expression.evaluate(variables) if expression else ""
    except ExpressionError:
        text = ""
    if isinstance(text, str) and text.strip():
        return text
    return custom.message or f"`{' '.join(custom.expression.split())}` is not true"


def _places(cursor: Cursor, steps: list[str | int]) -> Iterator[Cursor]:
    if not steps:
        yield cursor
    elif steps[0] == _EACH:
        for item in (each for _, each in cursor.items()) if cursor.mapping else cursor:
            yield from _places(item, steps[1:])
    else:
        yield from _places(cursor[steps[0]], steps[1:])


def _existing(resource: "Resource", place: Cursor) -> Cursor:
    """Return the innermost existing field on the way to a place; if it is the entire resource, its kind."""
    path = place.path[len(resource.path) :]
    found: Cursor = resource
    for step in path:
        if not found[step].exists:
            break
        found = found[step]
    return found if found is not resource else resource["kind"]


def page_of(custom: CustomRule) -> str:
    """Return the page of a rule as Markdown."""
    title = custom.title or custom.id.replace("-", " ").capitalize()
    what = " or ".join(custom.kinds)
    what = f"`{custom.at}` of {what}" if custom.at else what
    parts = [
        f"# {title}",
        "## What it does",
        *filter(None, [custom.description.strip()]),
        f"Reports {what} where this expression is not true:",
        f"```cel\n{custom.expression.strip()}\n```",
    ]
    if custom.message:
        parts += ["## Why it matters", _sentence(custom.message)]
    if custom.hint:
        parts += ["## How to fix", _sentence(custom.hint)]
    for heading, examples in (("Example", custom.bad), ("Not reported", custom.good)):
        parts += [f"## {heading}"] if examples else []
        parts += [f"```yaml\n{example.rstrip()}\n```" for example in examples]
    return "\n\n".join([*parts, f"Defined in {custom.where}."]) + "\n"


def _sentence(text: str) -> str:
    """Return a message or hint as a sentence of a page."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def folder_of(custom: CustomRule) -> Path:
    """Return the file that defines a rule."""
    return Path(custom.where.partition(":")[0])
