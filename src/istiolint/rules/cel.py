"""Expressions in the Common Expression Language: those that teams write in their configuration.

Nothing is executed: celpy interprets the parsed expression. Patterns are RE2's, the nesting of macros and the number of steps are
bounded, and what an expression reads is plain data. celpy is imported when it is needed.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from istiolint.primitives.patterns import late
from istiolint.primitives.re2_patterns import compiled

VARIABLES = ("object", "self", "namespaceObject", "environment")
"""What an expression can read."""
LONGEST = 8_000
"""Characters of an expression."""
DEEPEST = 3
"""Macros within macros, such as `a.all(x, x.all(y, ...))`."""
MOST_STEPS = 50_000
"""Steps of one evaluation."""
_NO_OPERATOR = late(
    r"found no matching overload for (?:Token\('RULE', '(?P<rule>\w+)'\)|'?(?P<name>[^' ]+)'?) applied to '\((?P<types>.*)\)'"
)
_CLASS = late(r"<class '(?:\w+\.)*(\w+)'>")
_TYPE_NAMES = {"NoneType": "null", "CELEvalError": "an error"}
_OPERATORS = {
    "addition_add": "+", "addition_sub": "-", "multiplication_mul": "*", "multiplication_div": "/", "multiplication_mod": "%",
    "relation_lt": "<", "relation_le": "<=", "relation_gt": ">", "relation_ge": ">=", "relation_eq": "==", "relation_ne": "!=",
    "relation_in": "in", "unary_not": "!", "unary_neg": "-", "_&&_": "&&", "_||_": "||", "_?_:_": "? :",
}  # fmt: skip
"""Operators by the name that celpy has for them in its messages."""
_MACROS = {"all": 1, "exists": 1, "exists_one": 1, "filter": 1, "map": 1, "reduce": 2, "min": 1}
"""Macros with the number of variables that they bind."""
_OF_TWO = ("all", "exists", "exists_one", "filter", "map")
"""Macros with one variable and one expression."""


class ExpressionError(Exception):
    """Why an expression cannot be used, or cannot be evaluated for a resource."""


class Expression:
    """A parsed expression. Raises ExpressionError."""

    def __init__(self, text: str):
        if len(text) > LONGEST:
            raise ExpressionError(f"longer than {LONGEST:,} characters")
        self.text = text
        self._tree = _parse(text)
        try:
            _check(self._tree)
        except RecursionError as error:
            raise ExpressionError("nested too deeply") from error

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """Return the value as plain data; raises ExpressionError, for a missing key for example."""
        celpy, evaluator = _library()
        from celpy.evaluation import Activation, CELEvalError, CELSyntaxError, CELUnsupportedError

        activation = Activation(functions={"matches": _matches, "_&&_": _and, "_||_": _or, "_?_:_": _choice})
        try:
            found = evaluator(self._tree, activation).evaluate({name: _as_cel(value) for name, value in variables.items()})
        except CELEvalError as error:
            raise ExpressionError(_words(error)) from error
        except (CELSyntaxError, CELUnsupportedError) as error:  # their words are parts of the syntax tree
            raise ExpressionError("a function or macro in it has invalid arguments") from error
        except (RecursionError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
            raise ExpressionError(f"{type(error).__name__}: {error}") from error
        if isinstance(found, celpy.celtypes.BoolType):
            return bool(found)
        return str(found) if isinstance(found, str) else found


def _parse(text: str) -> Any:
    celpy, _ = _library()
    try:
        return celpy.Environment().compile(text)
    except celpy.CELParseError as error:
        at = f" at line {error.line}, column {error.column}" if error.line and error.line > 0 else " at its end"
        raise ExpressionError(f"syntax error{at} of the expression") from error
    except (RecursionError, ValueError) as error:
        raise ExpressionError("nested too deeply") from error


@cache
def _library() -> tuple[Any, Any]:
    """Return celpy, and its evaluator with a bound on the number of steps."""
    import celpy
    from celpy.evaluation import Evaluator

    class Bounded(Evaluator):
        """An evaluator that counts its steps, with those of the evaluators that it starts for macros."""

        def __init__(self, ast: Any, activation: Any, steps: list[int] | None = None):
            super().__init__(ast=ast, activation=activation)
            self.steps = steps if steps is not None else [0]

        def sub_evaluator(self, ast: Any) -> "Bounded":
            return Bounded(ast, self.activation, self.steps)

        def visit_children(self, tree: Any) -> Any:
            self.steps[0] += 1
            if self.steps[0] > MOST_STEPS:
                raise ExpressionError(f"more than {MOST_STEPS:,} steps")
            return super().visit_children(tree)

    return celpy, Bounded


def _matches(text: Any, pattern: Any) -> Any:
    """Return whether an RE2 pattern occurs in a text."""
    from celpy.celtypes import BoolType

    regex, _ = compiled(str(pattern))
    if regex is None:
        raise ExpressionError(f"invalid regular expression `{pattern}`")
    return BoolType(regex.search(str(text)) is not None)


def _and(left: Any, right: Any) -> Any:
    """Return the value of `&&`."""
    from celpy.celtypes import logical_and

    return _failure(left, right) or logical_and(left, right)


def _or(left: Any, right: Any) -> Any:
    """Return the value of `||`."""
    from celpy.celtypes import logical_or

    return _failure(left, right) or logical_or(left, right)


def _choice(condition: Any, one: Any, other: Any) -> Any:
    """Return the value of `? :`."""
    from celpy.celtypes import logical_condition

    return condition if isinstance(condition, Exception) else logical_condition(condition, one, other)


def _failure(left: Any, right: Any) -> Exception | None:
    """Return the first of two errors. celpy quotes both in a new one, so that the text of many grows exponentially."""
    return left if isinstance(left, Exception) and isinstance(right, Exception) else None


def _as_cel(value: Any) -> Any:
    """Plain data as the language has it; numbers beyond 64 bits are doubles, what YAML alone has (dates) is text."""
    from celpy import celtypes

    match value:
        case bool():
            found: Any = celtypes.BoolType(value)
        case int():
            found = celtypes.IntType(value) if -(2**63) <= value < 2**63 else celtypes.DoubleType(_double(value))
        case float():
            found = celtypes.DoubleType(value)
        case str():
            found = celtypes.StringType(value)
        case None:
            found = None
        case list():
            found = celtypes.ListType([_as_cel(item) for item in value])
        case dict():
            found = celtypes.MapType({celtypes.StringType(str(key)): _as_cel(item) for key, item in value.items()})
        case _:
            found = celtypes.StringType(str(value))
    return found


def _double(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _words(error: Exception) -> str:
    words = str(error.args[0]) if error.args else type(error).__name__
    if "does not support field selection" in words:
        return "a value that is not a mapping has no fields"
    if found := _NO_OPERATOR.fullmatch(words):
        types = [_TYPE_NAMES.get(name, name.removesuffix("Type").lower()) for name in _CLASS.findall(found["types"])]
        return (
            f"the operator `{_OPERATORS.get(found['rule'] or found['name'], found['name'])}` does not apply to {', '.join(types)}"
        )
    return words.replace("no such member in mapping:", "no such key:").partition(" (in activation")[0]


def _check(tree: Any) -> None:
    """Raise ExpressionError for unknown names and functions, and for macros that are nested too deeply."""
    from celpy.evaluation import base_functions

    functions = {*base_functions, *_MACROS, "has", "dyn", "type"}
    for name, bound in _names(tree, frozenset()):
        if name not in VARIABLES and name not in bound and name not in _TYPES:
            raise ExpressionError(f"unknown variable `{name}`{_similar(name, VARIABLES)}; there are {', '.join(VARIABLES)}")
    for name in _functions(tree):
        if name not in functions:
            raise ExpressionError(f"unknown function `{name}`{_similar(name, functions)}")
    for name, count in _arguments(tree):
        if name in _OF_TWO and count != 2:
            raise ExpressionError(f"`{name}` needs a variable and an expression, as in `{name}(item, ...)`")
    if _depth(tree) > DEEPEST:
        raise ExpressionError(f"more than {DEEPEST} macros within each other")


_TYPES = (
    "bool",
    "bytes",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
    "google",
)


def _children(tree: Any) -> Iterable[Any]:
    return [child for child in tree.children if hasattr(child, "children")]


def _names(tree: Any, bound: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each variable that is read, with the variables that macros bind there."""
    if tree.data == "ident":
        yield str(tree.children[0]), bound
        return
    if macro := _macro(tree):
        member, arguments = macro
        yield from _names(member, bound)
        name = str(tree.children[1])
        variables = [[str(leaf) for leaf in _leaves(argument)] for argument in arguments[: _MACROS[name]]]
        if not all(len(leaves) == 1 and leaves[0].isidentifier() for leaves in variables):
            raise ExpressionError(f"the first argument of `{name}` must be the name of a variable")
        for argument in arguments[len(variables) :]:
            yield from _names(argument, bound | {name for (name,) in variables})
        return
    for child in _children(tree):
        yield from _names(child, bound)


def _macro(tree: Any) -> tuple[Any, list[Any]] | None:
    if tree.data == "member_dot_arg" and str(tree.children[1]) in _MACROS and len(tree.children) > 2:
        return tree.children[0], list(tree.children[2].children)
    return None


def _leaves(tree: Any) -> Iterator[Any]:
    for child in tree.children:
        if hasattr(child, "children"):
            yield from _leaves(child)
        else:
            yield child


def _functions(tree: Any) -> Iterator[str]:
    for each in tree.iter_subtrees():
        if each.data in ("ident_arg", "dot_ident_arg"):
            yield str(each.children[0])
        elif each.data == "member_dot_arg":
            yield str(each.children[1])


def _arguments(tree: Any) -> Iterator[tuple[str, int]]:
    """Yield each function that is called on a value, with the number of its arguments."""
    for each in tree.iter_subtrees():
        if each.data == "member_dot_arg":
            yield str(each.children[1]), len(each.children[2].children) if len(each.children) > 2 and each.children[2] else 0


def _depth(tree: Any) -> int:
    below = max((_depth(child) for child in _children(tree)), default=0)
    return below + (_macro(tree) is not None)


def _similar(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""
