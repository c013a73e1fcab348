"""Names and values of headers that Istio's validation accepts for each field."""

import string

from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.headers import (
    cors_name_fault,
    edited_name_fault,
    is_claim,
    match_name_fault,
    names_authority,
    set_name_fault,
    value_fault,
)

TOKENS = st.text(alphabet=string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~,", min_size=1)
VALUES = st.text(alphabet='%()[]", \\a')


def is_readable(value: str) -> bool:
    """Envoy's old parser of formats, state by state: slower to read than an expression, but plainly the same machine."""
    at, index = "text", 0
    while index < len(value):
        character, index = value[index], index + 1
        if at == "text":
            if character == "%" and value[index : index + 1] == "%":
                index += 1
            elif character == "%":
                if index == len(value):
                    return False
                at = "name"
        elif at == "name":
            at = {"%": "text", "(": "arguments"}.get(character, at)
        elif at == "arguments":
            at = "quote" if character == "[" else at if character == " " else "argument"
        elif at == "argument":
            if character == "\\":
                if index == len(value):
                    return False
                index += 1
            at = {")": "percent", '"': "comma"}.get(character, at)
        elif character != " ":
            follows = {
                "quote": {'"': "argument"},
                "comma": {",": "quote", "]": "parenthesis"},
                "parenthesis": {")": "percent"},
                "percent": {"%": "text"},
            }[at]
            if character not in follows:
                return False
            at = follows[character]
    return at == "text"


@given(VALUES)
def test_values_are_read_as_the_machine_reads_them(value: str) -> None:
    assert (value_fault(value) is None) == is_readable(value)


@given(
    st.text(alphabet="ab %", max_size=8), st.sampled_from(["%A%", "%A(x)%", "%A(  x ) %", '%A(["a", "b" ] )%', '%A(["\\""])%'])
)
def test_values_with_variables(text: str, variable: str) -> None:
    assert value_fault(text.replace("%", "%%") + variable) is None
    assert value_fault(text.replace("%", "%%") + variable[:-1]) is not None


def test_what_values_may_not_have() -> None:
    assert value_fault("a\tb") is None
    assert "line break" in str(value_fault("a\nb"))
    assert "control character" in str(value_fault("a\x7f"))
    assert "ends with an unescaped `%`" in str(value_fault("50%"))
    assert value_fault("%A()%") is not None, "the machine takes the parenthesis for the argument"


@given(TOKENS)
def test_tokens_are_names(name: str) -> None:
    assert match_name_fault(name) is None
    assert cors_name_fault(name) is None


@given(TOKENS, st.sampled_from(' /()<>@:;"[]?={}\\\té'), TOKENS)
def test_other_marks_are_not(before: str, mark: str, after: str) -> None:
    assert match_name_fault(before + mark + after) is not None
    assert cors_name_fault(before + mark + after) is not None


@given(st.text(min_size=1, alphabet=string.printable))
def test_claims(claim: str) -> None:
    for name in (f"@request.auth.claims.{claim}", f"@Request.Auth.Claims[{claim}]"):
        assert is_claim(name)
        assert match_name_fault(name) is None
    assert not is_claim(f"@request.auth.claim.{claim}")


def test_claims_without_a_name() -> None:
    for name in ("@request.auth.claims", "@request.auth.claims.", "@request.auth.claims[]", "@request.auth.claims[a", "@a"):
        assert not is_claim(name)
        assert "@request.auth.claims.NAME" in str(match_name_fault(name))


def test_headers_with_a_colon() -> None:
    assert match_name_fault(":path") is None
    assert match_name_fault(":protocol") is not None
    assert set_name_fault(":Authority") is None
    assert set_name_fault("HOST") is None
    assert set_name_fault(":path") is not None
    assert edited_name_fault(":authority") is not None
    assert edited_name_fault("Host") is not None
    assert names_authority(":AUTHORITY")


def test_anything_else_can_be_set_but_nothing_without_a_name() -> None:
    assert set_name_fault("a b") is None
    assert edited_name_fault("a b") is None
    for fault in (set_name_fault, edited_name_fault, match_name_fault, cors_name_fault):
        assert fault("") == "it is empty"
