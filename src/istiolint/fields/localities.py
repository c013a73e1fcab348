"""Locality load balancing: distributions, failover and their conflicts."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding

_TOPOLOGY = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")
_ENDS = frozenset(("from", "to"))


def conflicts(setting: Cursor, kind: str) -> Iterator[Finding]:
    """Fields of a locality setting that exclude each other."""
    failover = setting["failover"]
    if setting["distribute"] and failover:
        yield finding(
            failover.key,
            f"`distribute` and `failover` exclude each other; Istio refuses the {kind}",
            hint="keep one of them",
            related=[(setting["distribute"].key, "the shares")],
        )
    topology = next((label for label in setting["failoverPriority"] if label.text in _TOPOLOGY), None)
    if topology is not None and (failover or setting.name == "zoneAwareLbSetting"):
        yield finding(
            topology,
            f"`{topology.text}` orders endpoints by topology, and so does `{'failover' if failover else setting.name}`; Istio "
            f"refuses the {kind}",
            hint="order by other labels here, or leave `failover` out",
        )


def share_faults(setting: Cursor, kind: str) -> Iterator[Finding]:
    """What is wrong with the shares of `distribute`."""
    for distribute in setting["distribute"]:
        shares = [share for _, share in distribute["to"].items()]
        if any(share.number is None for share in shares):
            continue
        if wrong := next((share for share in shares if share.number is not None and not 1 <= share.number <= 100), None):
            yield finding(
                wrong,
                f"`{wrong.number}` is no share from 1 to 100; Istio refuses the {kind}",
                hint="leave a locality out that gets nothing",
            )
        elif (total := sum(share.number or 0 for share in shares)) != 100:
            yield finding(
                distribute["to"] if distribute["to"].exists else distribute,
                f"the shares are {total} together, not 100; Istio refuses the {kind}",
                hint="write shares that add up to 100",
            )


def locality_faults(setting: Cursor, kind: str) -> Iterator[Finding]:
    """What is wrong with the localities of a setting."""
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
                f"`from` is missing in an item of `distribute`; Istio rejects the {kind}",
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
                    f"`{end.text}` names {what}, and `failover` takes regions; Istio refuses the {kind}",
                    hint="write the region alone",
                )
        if isinstance(failover.value, dict) and not failover["from"] and not failover["to"] and failover.mapping.keys() <= _ENDS:
            yield finding(
                failover,
                f"an item of `failover` has neither `from` nor `to`; Istio rejects the {kind}",
                hint="name two different regions",
            )
        elif failover["from"].text and failover["from"].text == failover["to"].text:
            yield finding(
                failover["to"],
                f"`{failover['to'].text}` cannot fail over to itself; Istio refuses the {kind}",
                hint="write another region",
                related=[(failover["from"], "the same region")],
            )


def _list_faults(localities: Sequence[tuple[Cursor, str]], kind: str) -> Iterator[Finding]:
    seen: list[tuple[Cursor, tuple[str, ...]]] = []
    for at, text in localities:
        place = at.key if at.name == text else at
        if fault := _text_fault(text):
            yield finding(
                place, f"`{text}` is no locality: {fault}; Istio refuses the {kind}", hint="write `region/zone/subzone`, or less"
            )
            continue
        parts = _parts(text)
        if other := next((earlier for earlier, known in seen if _overlap(known, parts)), None):
            yield finding(
                place,
                f"`{text}` overlaps with another locality of the list; Istio refuses the {kind}",
                hint="name each place once",
                related=[(other.key if at.name == text else other, "the other one")],
            )
        seen.append((at, parts))


def _text_fault(text: str) -> str | None:
    if not text or "" in text.split("/"):
        return "a part between slashes is empty" if text else "it is empty"
    if text.count("*") > 1 or ("*" in text and not text.endswith("*")):
        return "a `*` may stand once, at its end"
    return None


def _parts(text: str) -> tuple[str, ...]:
    """Region, zone and subzone; a `*` at the end says no more than what stands before it."""
    parts = tuple(text.split("/", 2))
    return parts[:-1] if parts[-1] == "*" else parts


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
