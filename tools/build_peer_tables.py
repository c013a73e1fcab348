"""Write docs/istioctl-analyze.md: every code of `istioctl analyze` with the rules that answer for it, or why none does.

usage: python tools/build_peer_tables.py [docs/istioctl-analyze.md]
"""

import sys
from pathlib import Path

from istiolint.peers import WITHOUT_RULE
from istiolint.rulebook import pages
from istiolint.rules import Rule, all_rules

HEAD = """\
# Codes of istioctl analyze

The codes of `istioctl analyze`, and the rules of istiolint that answer for them. `istiolint explain CODE` shows the page;
`--select` and `--ignore` take codes, and so does the annotation `galley.istio.io/analyze-suppress`. Made by
`tools/build_peer_tables.py`.

| code | rules | level | what it is about |
|---|---|---|---|
"""


def row(code: str, rules: list[Rule]) -> str:
    """One line of the table."""
    if not rules:
        return f"| {code} | none | | {WITHOUT_RULE[code]} |"
    book = pages()
    names = "<br>".join(f"[{rule.id}](../rules/{book[rule.id].topic}/{rule.id}.md)" for rule in rules)
    levels = "<br>".join(rule.severity + ("" if rule.default else ", off") for rule in rules)
    return f"| {code} | {names} | {levels} | {'<br>'.join(book[rule.id].title for rule in rules)} |"


def table() -> str:
    """The whole document."""
    by_code: dict[str, list[Rule]] = {code: [] for code in WITHOUT_RULE}
    for rule in all_rules().values():
        for code in rule.codes:
            if code.startswith("IST"):
                by_code.setdefault(code, []).append(rule)
    return HEAD + "\n".join(row(code, rules) for code, rules in sorted(by_code.items())) + "\n"


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/istioctl-analyze.md")
    target.write_text(table(), "utf-8")
    print(f"{target}: written")


if __name__ == "__main__":
    main()
