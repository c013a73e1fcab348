"""AuthorizationPolicies at a proxy: which of them apply, and which one decides a request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from istiolint.authorization.callers import Caller, names_caller
from istiolint.authorization.rules import Condition, Item, Rule
from istiolint.authorization.texts import text_takes
from istiolint.mesh import Mesh
from istiolint.mesh.allowing import allowing
from istiolint.mesh.authorization import is_dry_run
from istiolint.primitives.path_templates import ONE, REST
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.conditions import claim_path, claim_values
from istiolint.trace.proxies import Proxy, enforced_by

HTTP_FIELDS = frozenset(
    name
    for field_ in ("hosts", "methods", "paths", "requestPrincipals")
    for name in (field_, f"not{field_[0].upper()}{field_[1:]}")
)
HTTP_KEYS = ("request.headers[", "request.auth.")
"""How the keys of conditions begin that only HTTP has."""
_UNKNOWN_KEYS = ("source.ip", "remote.ip", "destination.ip", "connection.sni", "experimental.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it reaches a proxy. `principal` is the identity that mTLS shows; `port` is that of the container."""

    http: bool
    principal: str | None
    port: int | None
    method: str = ""
    path: str = ""
    authority: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] | None = None


class Decision(NamedTuple):
    """The decision of policies: whether the request is allowed, the policy that decides, its rule, and the reason in words.

    `policy` is None if no policy applies, and if ALLOW policies apply but none matches. `open` names what the files do not show;
    it is empty if they show everything.
    """

    allowed: bool
    policy: Resource | None = None
    rule: Cursor | None = None
    words: str = ""
    open: str = ""


class Answer(NamedTuple):
    """Whether something matches (None: the files do not show it), with the reason."""

    matches: bool | None
    words: str = ""
    at: Cursor | None = None


_YES = Answer(True)


class Found(NamedTuple):
    """A policy with the rule that matches, or that may match."""

    policy: Resource
    rule: Cursor
    answer: Answer


class Policies:
    """The AuthorizationPolicies of a mesh by the proxies that they apply to."""

    def __init__(self, mesh: Mesh):
        self._mesh = mesh
        self._of: dict[int, list[Resource]] = {}
        self._callers: dict[str, Caller] = {}
        self._aliases = (mesh.config.text("trustDomain"), *mesh.config.names("trustDomainAliases"))

    def of(self, proxy: Proxy) -> Sequence[Resource]:
        """Return the policies that a proxy enforces."""
        found = self._of.get(id(proxy))
        if found is None:
            found = self._of[id(proxy)] = _enforced(enforced_by(proxy, "AuthorizationPolicy", self._mesh))
        return found

    def targeting(self, namespace: str, kind: str, name: str) -> Sequence[Resource]:
        """Return the policies whose `targetRefs` name a Gateway, Service or other object."""
        return _enforced(self._mesh.policies("AuthorizationPolicy").targeting(namespace, kind, name))

    def decide(self, policies: Sequence[Resource], arrival: Arrival) -> Decision:
        """Return the decision of policies about a request."""
        open_: list[str] = []
        if custom := self._first(policies, "CUSTOM", arrival):
            provider = custom.policy.spec["provider"]["name"].text
            open_.append(f"the external authorization provider `{provider}` decides over it ({custom.policy.title})")
        denied = self._first(policies, "DENY", arrival)
        if denied and denied.answer.matches:
            return Decision(False, denied.policy, denied.rule, f"{denied.policy.title} denies it")
        if denied:
            open_.append(f"{denied.policy.title} denies it if {denied.answer.words}")
        allow = allowing(policies)
        if not allow:
            return Decision(True, words="no ALLOW policy applies, so all requests are allowed", open="; ".join(open_))
        allowed = self._first(allow, "ALLOW", arrival)
        if allowed and allowed.answer.matches:
            return Decision(True, allowed.policy, allowed.rule, f"{allowed.policy.title} allows it", "; ".join(open_))
        if allowed:
            open_.append(f"{allowed.policy.title} allows it only if {allowed.answer.words}")
        return Decision(False, None, None, "no rule of an ALLOW policy matches it", "; ".join(open_))

    def _first(self, policies: Sequence[Resource], action: str, arrival: Arrival) -> Found | None:
        """Return the first policy with a rule that matches, otherwise the first with a rule that may match."""
        doubtful: Found | None = None
        for policy in policies:
            if (policy.spec["action"].text or "ALLOW") != action:
                continue
            for rule in self._mesh.authorization.rules(policy):
                answer = self.matches(rule, arrival, action)
                if answer.matches:
                    return Found(policy, rule.at, answer)
                if answer.matches is None and doubtful is None:
                    doubtful = Found(policy, rule.at, answer)
        return doubtful

    def reasons(self, policies: Sequence[Resource], action: str, arrival: Arrival) -> list[tuple[Resource, Answer]]:
        """Return the reason for each rule that does not match, of the policies with an action."""
        return [
            (policy, answer)
            for policy in policies
            if (policy.spec["action"].text or "ALLOW") == action
            for rule in self._mesh.authorization.rules(policy)
            if not (answer := self.matches(rule, arrival, action)).matches
        ]

    def matches(self, rule: Rule, arrival: Arrival, action: str) -> Answer:
        """Whether a rule matches a request."""
        sources, operations, conditions = rule.sources, rule.operations, rule.conditions
        if not arrival.http and _has_http_fields(rule):
            if action == "ALLOW":
                return Answer(False, "it has HTTP conditions, and the port is TCP", rule.at)
            sources, operations = _without_http(sources), _without_http(operations)
            conditions = tuple(each for each in conditions if not each.key.startswith(HTTP_KEYS))
        return _all(
            [
                _any([self._item(item, arrival, rule.at["from"]) for item in sources]),
                _any([self._item(item, arrival, rule.at["to"]) for item in operations]),
                *(self.condition(each, arrival, rule.at["when"]) for each in conditions),
            ]
        )

    def source(self, rule: Rule, arrival: Arrival) -> Answer:
        """Whether the sources of a rule match a client."""
        sources = rule.sources if arrival.http else _without_http(rule.sources)
        return _any([self._item(item, arrival, rule.at["from"]) for item in sources])

    def _item(self, item: Item, arrival: Arrival, at: Cursor) -> Answer:
        return _all([self._field(name, texts, arrival, at) for name, texts in item.items()])

    def _field(self, name: str, texts: tuple[str, ...], arrival: Arrival, at: Cursor) -> Answer:
        negative = name.startswith("not")
        plain = f"{name[3].lower()}{name[4:]}" if negative else name
        if plain in ("ipBlocks", "remoteIpBlocks"):
            return Answer(None, f"the client's address is {'not ' if negative else ''}in {', '.join(texts)}", at)
        found = any(self._takes(plain, text, arrival) for text in texts)
        if found is not negative:
            return _YES
        listed = ", ".join(f"`{text}`" for text in texts)
        value = _value(plain, arrival)
        return Answer(False, f"`{name}` lists {listed}, {'and' if negative else 'but'} the request has {value}", at)

    def _takes(self, field_: str, text: str, arrival: Arrival) -> bool:
        match field_:
            case "requestPrincipals":
                return arrival.claims is not None and text_takes(text, request_principal(arrival.claims))
            case "hosts":
                return text_takes(text.lower(), arrival.authority.lower())
            case "methods":
                return text_takes(text, arrival.method)
            case "paths":
                return path_takes(text, arrival.path)
            case "ports":
                return text == str(arrival.port)
        return arrival.principal is not None and names_caller(field_, text, self._caller(arrival.principal))

    def _caller(self, principal: str) -> Caller:
        """Return the caller of a principal, under each alias of the trust domain if it belongs to that of the mesh."""
        found = self._callers.get(principal)
        if found is None:
            domain, _, rest = principal.partition("/")
            parts = rest.split("/")
            own = (*self._aliases, "cluster.local")
            namespace = parts[1] if len(parts) > 1 else ""
            domains = tuple(dict.fromkeys((domain, *own))) if domain in own else (domain,)
            found = self._callers[principal] = Caller(namespace, parts[-1], domains)
        return found

    def condition(self, condition: Condition, arrival: Arrival, at: Cursor) -> Answer:
        """Whether a request meets an item of `when`."""
        key = condition.key
        if key.startswith(_UNKNOWN_KEYS):
            values = ", ".join(condition.values or condition.not_values)
            return Answer(None, f"`{key}` is {'' if condition.values else 'not '}{values}", at)
        take = self._attribute(key, arrival)
        if take is None:
            return Answer(None, f"`{key}` matches", at)
        if condition.values and not any(take(text) for text in condition.values):
            return Answer(False, f"`{key}` must be {', '.join(condition.values)}", at)
        if condition.not_values and any(take(text) for text in condition.not_values):
            return Answer(False, f"`{key}` must not be {', '.join(condition.not_values)}", at)
        return _YES

    def _attribute(self, key: str, arrival: Arrival) -> Callable[[str], bool] | None:
        if key.startswith("request.headers["):
            value = arrival.headers.get(key[len("request.headers[") : -1].lower())
            return lambda text: value is not None and text_takes(text, value)
        if key.startswith("request.auth.claims["):
            path = claim_path(key.removeprefix("request.auth.claims"))
            values = claim_values(arrival.claims, path) if arrival.claims is not None else []
            return lambda text: any(text_takes(text, value) for value in values)
        fields = {
            "source.principal": "principals", "source.namespace": "namespaces", "source.serviceAccount": "serviceAccounts",
            "source.trustDomain": "trustDomains", "request.auth.principal": "requestPrincipals", "destination.port": "ports",
        }  # fmt: skip
        if key in fields:
            return lambda text: self._takes(fields[key], text, arrival)
        claim = {"request.auth.audiences": "aud", "request.auth.presenter": "azp"}.get(key)
        if claim:
            listed = claim_values(arrival.claims, [claim]) if arrival.claims is not None else []
            return lambda text: any(text_takes(text, value) for value in listed)
        return None


def _enforced(policies: Iterable[Resource]) -> list[Resource]:
    """Return the policies that are enforced (no dry run), in the order of Envoy: by namespace, then by name."""
    enforced = (policy for policy in policies if not is_dry_run(policy))
    return sorted(enforced, key=lambda each: (each.namespace, f"ns[{each.namespace}]-policy[{each.name}]"))


def request_principal(claims: Mapping[str, Any]) -> str:
    """Return the principal of a validated JWT: issuer and subject."""
    return f"{claims.get('iss', '')}/{claims.get('sub', '')}"


def path_takes(pattern: str, path: str) -> bool:
    """Whether a path matches a value of `paths`, which may be a template."""
    if ONE not in pattern and REST not in pattern:
        return text_takes(pattern, path)
    wanted, have = pattern.split("/"), path.split("/")
    for index, segment in enumerate(wanted):
        if segment == REST:
            rest = wanted[index + 1 :]
            return len(have) > index and (not rest or have[len(have) - len(rest) :] == rest)
        if index >= len(have) or (not have[index] if segment == ONE else segment != have[index]):
            return False
    return len(have) == len(wanted)


def _value(field_: str, arrival: Arrival) -> str:
    """Return the value of a request for a field, in words."""
    match field_:
        case "methods":
            return f"`{arrival.method}`"
        case "paths":
            return f"`{arrival.path}`"
        case "hosts":
            return f"`{arrival.authority}`"
        case "ports":
            return f"port {arrival.port}"
        case "requestPrincipals":
            return "no JWT" if arrival.claims is None else f"`{request_principal(arrival.claims)}`"
    return f"`{arrival.principal}`" if arrival.principal else "no mTLS identity"


def _has_http_fields(rule: Rule) -> bool:
    return any(HTTP_FIELDS & item.keys() for item in (*rule.sources, *rule.operations)) or any(
        condition.key.startswith(HTTP_KEYS) for condition in rule.conditions
    )


def _without_http(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple({name: texts for name, texts in item.items() if name not in HTTP_FIELDS} for item in items)


def _all(answers: Sequence[Answer]) -> Answer:
    """Return a conjunction: the first answer that fails, otherwise the first that is open."""
    failed = next((answer for answer in answers if answer.matches is False), None)
    return failed or next((answer for answer in answers if answer.matches is None), _YES)


def _any(answers: Sequence[Answer]) -> Answer:
    """Return a disjunction: a match, otherwise an open answer, otherwise the first failure. Without answers it matches."""
    if not answers or any(answer.matches for answer in answers):
        return _YES
    return next((answer for answer in answers if answer.matches is None), answers[0])
