"""Locality load balancing: distributions, failover and their conflicts."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected

_TOPOLOGY = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")
_ENDS = frozenset(("from", "to"))


def conflicts(setting: Cursor, kind: str) -> Iterator[Finding]:
    """Report mutually exclusive fields of a locality setting."""
    failover = setting["failover"]
    if setting["distribute"] and failover:
        yield finding(
            failover.key,
            rejected("`distribute` and `failover` are mutually exclusive", kind),
            hint="keep one of them",
            related=[(setting["distribute"].key, "`distribute` is set here")],
        )
    topology = next((label for label in setting["failoverPriority"] if label.text in _TOPOLOGY), None)
    if topology is not None and (failover or setting.name == "zoneAwareLbSetting"):
        yield finding(
            topology,
            rejected(
                f"`{topology.text}` conflicts with `{'failover' if failover else setting.name}`, which also orders endpoints by "
                f"topology",
                kind,
            ),
            hint="use other labels here, or remove `failover`",
        )


def share_faults(setting: Cursor, kind: str) -> Iterator[Finding]:
    """Report weights of `distribute` that are out of range or do not add up to 100."""
    for distribute in setting["distribute"]:
        shares = [share for _, share in distribute["to"].items()]
        if any(share.number is None for share in shares):
            continue
        if wrong := next((share for share in shares if share.number is not None and not 1 <= share.number <= 100), None):
            yield finding(
                wrong,
                rejected(f"invalid locality weight `{wrong.number}`: not between 1 and 100", kind),
                hint="remove localities that receive no traffic",
            )
        elif (total := sum(share.number or 0 for share in shares)) != 100:
            yield finding(
                distribute["to"] if distribute["to"].exists else distribute,
                rejected(f"the locality weights add up to {total}, not 100", kind),
                hint="use weights that add up to 100",
            )


def locality_faults(setting: Cursor, kind: str) -> Iterator[Finding]:
    """Report invalid, overlapping and missing localities of a setting."""
    froms = [distribute["from"] for distribute in setting["distribute"] if distribute["from"].value is not None]
    yield from _list_faults([(at, at.text) for at in froms], kind)
    for distribute in setting["distribute"]:
        if (
            isinstance(distribute.value, dict)
            and distribute["from"].value is None
            and distribute.mapping.keys() <= {"from", "to"}
        ):
            yield finding(
                distribute,
                rejected("`from` is missing in an entry of `distribute`", kind),
                hint="set `from` to the locality of the clients, or to `*`",
            )
    for distribute in setting["distribute"]:
        yield from _list_faults([(share, name) for name, share in distribute["to"].items()], kind)
    for failover in setting["failover"]:
        for end in (failover["from"], failover["to"]):
            if "*" in end.text or "/" in end.text:
                what = "a wildcard" if "*" in end.text else "a zone"
                yield finding(
                    end,
                    rejected(f"`{end.text}` contains {what}, but `failover` accepts only regions", kind),
                    hint="use only the region",
                )
        if isinstance(failover.value, dict) and not failover["from"] and not failover["to"] and failover.mapping.keys() <= _ENDS:
            yield finding(
                failover,
                rejected("an entry of `failover` has neither `from` nor `to`", kind),
                hint="set two different regions",
            )
        elif failover["from"].text and failover["from"].text == failover["to"].text:
            yield finding(
                failover["to"],
                rejected(f"region `{failover['to'].text}` fails over to itself", kind),
                hint="use another region",
                related=[(failover["from"], "the same region")],
            )


def _list_faults(localities: Sequence[tuple[Cursor, str]], kind: str) -> Iterator[Finding]:
    seen: list[tuple[Cursor, tuple[str, ...]]] = []
    for at, text in localities:
        place = at.key if at.name == text else at
        if fault := _text_fault(text):
            yield finding(
                place,
                rejected(f"invalid locality `{text}`: {fault}", kind),
                hint="use `region`, `region/zone` or `region/zone/subzone`",
            )
            continue
        parts = _parts(text)
        if other := next((earlier for earlier, known in seen if _overlap(known, parts)), None):
            yield finding(
                place,
                rejected(f"`{text}` overlaps with another locality in the list", kind),
                hint="list each locality once",
                related=[(other.key if at.name == text else other, "the other locality")],
            )
        seen.append((at, parts))


def _text_fault(text: str) -> str | None:
    if not text or "" in text.split("/"):
        return "a segment is empty" if text else "it is empty"
    if text.count("*") > 1 or ("*" in text and not text.endswith("*")):
        return "`*` is allowed only once, at the end"
    return None


def _parts(text: str) -> tuple[str, ...]:
    """Return region, zone and subzone, without a `*` at the end, which adds nothing to the segments before it."""
    parts = tuple(text.split("/", 2))
    return parts[:-1] if parts[-1] == "*" else parts


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
