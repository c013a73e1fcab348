"""Fingerprints by which code scanning recognizes an alert.

`primaryLocationLineHash` is the one that GitHub's upload action computes (github/codeql-action, src/fingerprints.ts): a rolling
hash over the 100 characters from the start of a line on, blanks left out. The action warns if a report contains another value.
"""

from collections import Counter

from istiolint.findings.finding import Diagnostic

BLOCK = 100
MULTIPLIER = 37
_MASK = 2**64 - 1
_FIRST = pow(MULTIPLIER, BLOCK, 2**64)
_END = 0xFFFF


def line_hashes(text: str) -> dict[int, str]:
    """For each line, counted from 1, its hash with the number of its occurrence: `c129715d7a2bc9a3:1`."""
    units = text.encode("utf-16-le", "surrogatepass")
    codes = [units[at] | units[at + 1] << 8 for at in range(0, len(units), 2)]
    window, lines = [0] * BLOCK, [0] * BLOCK
    found: dict[int, str] = {}
    counts: Counter[str] = Counter()
    value = index = number = 0
    line_begins, after_cr = True, False

    def put_out() -> None:
        nonlocal lines
        if lines[index]:
            key = f"{value:x}"
            counts[key] += 1
            found[lines[index]] = f"{key}:{counts[key]}"
            lines[index] = 0

    def take(code: int) -> None:
        nonlocal value, index
        value = (MULTIPLIER * value + code - _FIRST * window[index]) & _MASK
        window[index] = code
        index = (index + 1) % BLOCK

    for unit in (*codes, _END):
        code = unit
        if code in (0x20, 0x09) or (after_cr and code == 0x0A):
            after_cr = False
            continue
        after_cr = code == 0x0D
        code = 0x0A if after_cr else code
        put_out()
        if line_begins:
            line_begins = False
            number += 1
            lines[index] = number
        line_begins = code == 0x0A
        take(code)
    for _ in range(BLOCK):
        put_out()
        take(0)
    return found


def identity(diagnostic: Diagnostic) -> str:
    """Return the identity of a finding, which stays the same when lines move: rule, file, resource and field."""
    parts = (diagnostic.rule, diagnostic.span.source.path, str(diagnostic.resource), diagnostic.field_path)
    import hashlib  # imports OpenSSL, which only some reports need

    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
