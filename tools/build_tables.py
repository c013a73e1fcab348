"""Write the tables in docs/: the codes of `istioctl analyze`, and the checks of Istio's own validation that rules cover.

usage: python tools/build_tables.py [DOCS]
"""

import sys
from pathlib import Path

from istiolint.peers import WITHOUT_RULE
from istiolint.rulebook import pages
from istiolint.rules import Rule, all_rules

ANALYZE = "istioctl-analyze.md"
VALIDATION = "validation.md"

VALIDATION_HEAD = """\
# Checks of Istio's own validation

Istio's admission webhook and `istioctl validate` refuse, or warn of, what the rules below report before anything is applied. The
identifiers name single checks: the letters stand for the kind (GW Gateway, GT its TLS, VS VirtualService, DR DestinationRule, SE
ServiceEntry, WE WorkloadEntry and WorkloadGroup, SC Sidecar, PA PeerAuthentication, RA RequestAuthentication, AP
AuthorizationPolicy, TE Telemetry, WP WasmPlugin and TrafficExtension, EF EnvoyFilter, MC MeshConfig, MN MeshNetworks, M metadata,
X exportTo, P primitives that several kinds share). Made by `tools/build_tables.py`.

| check | rules |
|---|---|
"""

HEAD = """\
# Codes of istioctl analyze

The codes of `istioctl analyze`, and the rules of istiolint that answer for them. `istiolint explain CODE` shows the page;
`--select` and `--ignore` take codes, and so does the annotation `galley.istio.io/analyze-suppress`. Made by
`tools/build_tables.py`.

| code | rules | level | what it is about |
|---|---|---|---|
"""


def link(rule: Rule) -> str:
    """A rule with a link to its page."""
    return f"[{rule.id}](../rules/{pages()[rule.id].topic}/{rule.id}.md)"


def row(code: str, rules: list[Rule]) -> str:
    """One line of the table of codes."""
    if not rules:
        return f"| {code} | none | | {WITHOUT_RULE[code]} |"
    names = "<br>".join(map(link, rules))
    levels = "<br>".join(rule.severity + ("" if rule.default else ", off") for rule in rules)
    return f"| {code} | {names} | {levels} | {'<br>'.join(pages()[rule.id].title for rule in rules)} |"


def analyze() -> str:
    """Every code of istioctl analyze with its rules, or the reason why it has none."""
    by_code: dict[str, list[Rule]] = {code: [] for code in WITHOUT_RULE}
    for rule in all_rules().values():
        for code in rule.codes:
            if code.startswith("IST"):
                by_code.setdefault(code, []).append(rule)
    return HEAD + "\n".join(row(code, rules) for code, rules in sorted(by_code.items())) + "\n"


def validation() -> str:
    """The checks of Istio's validation that rules cover."""
    by_row: dict[str, list[Rule]] = {}
    for rule in all_rules().values():
        for name in rule.rows:
            by_row.setdefault(name, []).append(rule)
    ordered = sorted(by_row.items(), key=lambda item: _parts(item[0]))
    return VALIDATION_HEAD + "\n".join(f"| {name} | {', '.join(map(link, rules))} |" for name, rules in ordered) + "\n"


def _parts(name: str) -> tuple[str, int, str]:
    """Letters, number and what follows, so that VS-9 stands before VS-10."""
    letters, _, rest = name.partition("-")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return letters, int(digits or 0), rest


TABLES = {ANALYZE: analyze, VALIDATION: validation}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    for name, table in TABLES.items():
        (folder / name).write_text(table(), "utf-8")
        print(f"{folder / name}: written")


if __name__ == "__main__":
    main()
