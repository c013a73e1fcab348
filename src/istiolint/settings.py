"""What a run is asked to do: the options of the command line and the configuration file, in one value."""

from dataclasses import dataclass

from istiolint.finding import Severity

NEWEST = "1.31"
OLDEST = "1.18"


def minor(version: str) -> int:
    """The minor of an Istio version: 24 for `1.24`."""
    return int(version.partition(".")[2])


@dataclass(frozen=True, slots=True)
class Environment:
    """How to recognise an environment: glob patterns for namespaces and paths."""

    name: str
    namespaces: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings; the defaults are those of `istiolint PATH` without a configuration file."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = "error"
    istio_version: str = NEWEST
    upgrade_to: str | None = None
    """The Istio to which an upgrade from `istio_version` leads, if one is asked about."""
    whole_mesh: bool = False
    root_namespace: str = "istio-system"
    cluster_domain: str = "cluster.local"
    environments: tuple[Environment, ...] = ()
    mesh_config: str | None = None
    mesh_networks: str | None = None

    @property
    def istio_minor(self) -> int:
        """The minor of `istio_version`."""
        return minor(self.istio_version)
