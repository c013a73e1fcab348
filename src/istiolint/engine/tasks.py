"""What a run does with each resource of a target: it is validated, and checked. Each task can run in a separate process."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from istiolint import schema
from istiolint.findings.finding import Finding, Span, spans_of
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import Check, Rule, UndecidedError, checked
from istiolint.rules.gates import Gates


class Crash(NamedTuple):
    """What failed, how, and what the user can do."""

    what: str
    error: str
    advice: str


class Undecided(NamedTuple):
    """Why a rule could not decide about a resource."""

    why: str


class Found(NamedTuple):
    """A finding, or in its place a crash, or why there is none.

    `rule` is the id of the check's rule, "" for the schema. `decided`: the files show that it is right.
    """

    rule: str
    found: Finding | Crash | Undecided
    decided: bool = True
    spans: tuple[Span, ...] = ()
    """Where a finding is, if that is known already: its place, then the related ones."""

    def located(self) -> "Found":
        """Return it with its spans, where it is to be shown."""
        return self._replace(spans=spans_of(self.found)) if isinstance(self.found, Finding) and self.decided else self


class Tasks:
    """The tasks of a target by number: first each resource to validate, then each to check."""

    def __init__(self, validated: Sequence[Resource], checked_: Sequence[Resource], mesh: Mesh, gates: Gates, istio_version: str):
        self._validated, self._checked, self._mesh, self._gates = validated, checked_, mesh, gates
        self._istio_version = istio_version

    def __len__(self) -> int:
        return len(self._validated) + len(self._checked)

    def resource(self, number: int) -> Resource:
        """Return the resource of a task."""
        return self._validated[number] if self.is_validation(number) else self._checked[number - len(self._validated)]

    def is_validation(self, number: int) -> bool:
        """Whether a task validates its resource."""
        return number < len(self._validated)

    def run(self, number: int) -> list[Found]:
        """Return what a task finds."""
        resource = self.resource(number)
        if self.is_validation(number):
            return validate(resource, self._istio_version)
        return _check(self._gates.of(resource, self._mesh.occurring), resource, self._mesh)

    def run_located(self, number: int) -> list[Found]:
        """Return what a task finds, and where: for workers, so that not one process looks for all positions."""
        return [found.located() for found in self.run(number)]

    def run_all(self) -> list[list[Found]]:
        """Return what each task finds, in order."""
        return [self.run(number) for number in range(len(self))]

    def run_all_located(self) -> list[list[Found]]:
        """Return what each task finds, and where, in order."""
        return [self.run_located(number) for number in range(len(self))]

    def first_of_each_type(self) -> Iterable[int]:
        """Return the first task of each kind for each type of resource: what these load and index, all others use."""
        found: dict[tuple[bool, str | None], int] = {}
        for number in range(len(self)):
            found.setdefault((self.is_validation(number), self.resource(number).type), number)
        return found.values()


def validate(resource: Resource, istio_version: str) -> list[Found]:
    """Return what the schema of its kind finds in a resource."""
    found: list[Found] = []
    try:
        found.extend(Found("", finding) for finding in schema.check(resource, istio_version))
    except Exception as error:
        found.append(Found("", Crash("the schema check", _words(error), "this is a fault of istiolint: please report it")))
    return found


def _check(checks: Iterable[tuple[Rule, Check]], resource: Resource, mesh: Mesh) -> list[Found]:
    found: list[Found] = []
    for rule, run in checks:
        try:
            for finding in run(resource, mesh):
                decided = checked(finding).known and (rule.evidence != "missing" or mesh.coverage.decides(resource))
                found.append(Found(rule.id, finding, decided))
        except UndecidedError as error:
            found.append(Found(rule.id, Undecided(str(error))))
        except (Exception, SystemExit) as error:
            found.append(Found(rule.id, _crash(rule, run, error)))
    return found


def _crash(rule: Rule, run: Check, error: BaseException) -> Crash:
    module = getattr(run, "__module__", "")
    whose = "istiolint" if module.startswith("istiolint.") else f"the plugin with the module `{module}`"
    advice = f"this is a fault of {whose}: please report it there, and leave the rule out with `--ignore {rule.id}` until then"
    return Crash(f"the rule {rule.id}", _words(error), advice)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
