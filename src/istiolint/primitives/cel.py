"""Common Expression Language: whether a text is an expression, as its grammar has it (github.com/google/cel-spec, langdef.md).

Names are not looked up and types are not compared: Istio only parses what a filter of access logs says.
"""

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"""
    (?P<skip> [ \t\n\f\r]+ | //[^\n]* )
    | (?P<string> [bB]?[rR](?:\"\"\"(?s:.)*?\"\"\" | '''(?s:.)*?''' | "[^"\n\r]*" | '[^'\n\r]*')
                | [bB]?(?:\"\"\"(?s:\\.|[^\\])*?\"\"\" | '''(?s:\\.|[^\\])*?''' | "(?:\\.|[^"\\\n\r])*" | '(?:\\.|[^'\\\n\r])*') )
    | (?P<number> 0[xX][0-9a-fA-F]+[uU]? | (?:[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)? | [0-9]+[uU]? )
    | (?P<name> [_a-zA-Z][_a-zA-Z0-9]* | `[_a-zA-Z0-9.\-/ ]+` )
    | (?P<mark> \|\| | && | [<>=!]= | [-+*/%<>!?:.,()\[\]{}] )
    """,
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:[abfnrtv\\?\"'`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})")
_RESERVED = frozenset((
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
    "namespace", "null", "package", "return", "true", "var", "void", "while",
))  # fmt: skip
_VALUES = ("true", "false", "null")
_LEVELS = (("||",), ("&&",), ("<", "<=", ">=", ">", "==", "!=", "in"), ("+", "-"), ("*", "/", "%"))
_DEEPEST = 50


class _SyntaxError(Exception):
    """What keeps a text from being an expression."""


def expression_fault(text: str) -> str | None:
    """What keeps a text from being an expression, as words that continue "not a valid expression: "; None when nothing does."""
    try:
        _Reader(_tokens(text)).whole()
    except _SyntaxError as error:
        return str(error)
    return None


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _SyntaxError(f"`{text[at : at + 10]}` is not a valid token")
        kind = match.lastgroup or ""
        if kind == "string":
            _check_escapes(match[0])
        if kind != "skip":
            found.append((kind, match[0]))
        at = match.end()
    return found


def _check_escapes(literal: str) -> None:
    if "r" in literal[:2].lower():
        return
    at = literal.find("\\")
    while at >= 0:
        match = _ESCAPE.match(literal, at)
        if match is None:
            raise _SyntaxError(f"`{literal[at : at + 2]}` is not a valid escape")
        at = literal.find("\\", match.end())


class _Reader:
    """Reads tokens by recursive descent. Expressions that are nested beyond measure are taken as they are."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self._tokens, self._at, self._depth = tokens, 0, 0

    def whole(self) -> None:
        self._expression()
        if self._at < len(self._tokens) and self._depth <= _DEEPEST:
            raise _SyntaxError(f"unexpected `{self._tokens[self._at][1]}`")

    def _expression(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._at = len(self._tokens)
            return
        self._level(0)
        if self._take("?"):
            self._level(0)
            self._need(":")
            self._expression()
        if self._depth <= _DEEPEST:
            self._depth -= 1

    def _level(self, level: int) -> None:
        if level == len(_LEVELS):
            self._unary()
            return
        self._level(level + 1)
        while self._peek() in _LEVELS[level]:
            self._at += 1
            self._level(level + 1)

    def _unary(self) -> None:
        mark = self._peek()
        if mark in ("!", "-"):
            while self._take(mark):
                pass
        self._primary()
        self._members()

    def _primary(self) -> None:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        if not kind and self._depth <= _DEEPEST:
            raise _SyntaxError("unexpected end" if self._tokens else "it is empty")
        self._at += 1
        if kind in ("string", "number") or text in _VALUES or not kind:
            return
        if text == "(":
            self._expression()
            self._need(")")
        elif text == "[":
            self._list("]", self._item)
        elif text == "{":
            self._list("}", self._entry)
        elif text == "." or (kind == "name" and text not in _RESERVED and not text.startswith("`")):
            if text == ".":
                self._name()
            if self._take("("):
                self._list(")", self._expression)
        else:
            raise _SyntaxError(f"expected a value before `{text}`")

    def _members(self) -> None:
        while True:
            if self._take("."):
                self._take("?")
                self._name()
                if self._take("("):
                    self._list(")", self._expression)
            elif self._take("["):
                self._take("?")
                self._expression()
                self._need("]")
            elif self._take("{"):
                self._list("}", self._field)
            else:
                return

    def _list(self, end: str, item: Callable[[], None]) -> None:
        """Items with commas between them; before `]` and `}` there may be one more."""
        while not self._take(end):
            item()
            if not self._take(","):
                self._need(end)
                return
            if end == ")" and self._peek() == end:
                raise _SyntaxError("an argument is missing before `)`")

    def _item(self) -> None:
        self._take("?")
        self._expression()

    def _entry(self) -> None:
        self._item()
        self._need(":")
        self._expression()

    def _field(self) -> None:
        self._take("?")
        self._name()
        self._need(":")
        self._expression()

    def _name(self) -> None:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        if kind != "name" or text in ("in", *_VALUES):
            raise _SyntaxError(f"a name is missing before `{text}`" if text else "unexpected end")
        self._at += 1

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) and self._tokens[self._at][0] in ("mark", "name") else ""

    def _take(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._at += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text) and self._depth <= _DEEPEST:
            found = self._tokens[self._at][1] if self._at < len(self._tokens) else ""
            raise _SyntaxError(f"`{text}` is missing" + (f" before `{found}`" if found else " at its end"))
