"""What the options and the configuration file say is to be read, and how: the same for all commands that read manifests."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from istiolint.cli.names import check_names
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import Rendering, with_origins
from istiolint.config import Config, ConfigError, find, load
from istiolint.settings import NEWEST, OLDEST, Settings, minor
from istiolint.sources import Source, discover

PATH = click.Path(path_type=str)
DIRECTORY = click.Path(exists=True, file_okay=False, path_type=str)
FILE = click.Path(dir_okay=False, path_type=str)


class Inputs(NamedTuple):
    """What is read, and how it is to be understood."""

    paths: tuple[str, ...]
    context: tuple[str, ...]
    clusters: list[tuple[str, str]]
    settings: Settings
    config: Config
    rendering: Rendering = Rendering()
    stdin_path: str | None = None
    """The file whose text comes from standard input."""

    def sources(self) -> Iterator[Source]:
        """The files as they are, and what is rendered. Raises MissingPathError and RenderError."""
        files = discover(self.paths, context=self.context, clusters=self.clusters, stdin_path=self.stdin_path)
        return self.rendering.sources(with_origins(files))

    def sources_of(self, state: str) -> Iterator[Source]:
        """The files as they are in another state: a folder that stands for the only path, or a git revision.

        A name that could be both is a revision, unless it is written as a path. `HEAD` is the commit that pre-commit
        compares with if it was started with `--from-ref` or before a push. Raises RevisionError.
        """
        from istiolint.sources.discover import named_paths
        from istiolint.sources.revisions import Revision, RevisionError

        if self.rendering or self.rendering.found:
            raise Refusal("--against compares files and cannot be combined with --render, --kustomize or --helm")
        paths = [self.stdin_path if path == "-" and self.stdin_path else path for path in self.paths]
        named = named_paths(paths, context=self.context, clusters=self.clusters)
        if state == "HEAD":
            state = os.environ.get("PRE_COMMIT_FROM_REF") or state
        try:
            if os.path.isdir(state) and (os.sep in state or state.startswith(".")):
                return self._folder(state)
            revision = Revision(state, next((one.path for one in named if one.path != "-"), os.curdir))
        except RevisionError:
            if os.path.isdir(state):
                return self._folder(state)
            raise
        return revision.sources(named)

    def _folder(self, folder: str) -> Iterator[Source]:
        if self.clusters or len(self.paths) != 1 or not os.path.isdir(self.paths[0]):
            raise Refusal(f"--against with the folder {folder} takes one folder to compare with it")
        for source in discover((folder,), context=self.context):
            if source.linted:
                source.path = os.path.normpath(os.path.join(self.paths[0], os.path.relpath(source.path, folder)))
            yield source


def inputs(paths: tuple[str, ...], options: dict[str, Any]) -> Inputs:
    """Options that a command does not have are unset. Raises ConfigError."""
    stdin_path = _stdin_path(paths, options.get("stdin_filename"))
    paths = paths or (("-",) if stdin_path else ())
    named = [stdin_path if path == "-" and stdin_path else path for path in paths]
    config = _config(options, [*named, *(each for each in (options["kustomize"], options["helm"]) for each in each or ())])
    settings = _settings(config, defaultdict(lambda: None, options))
    clusters = _clusters(config, options["cluster"])
    context = (*options["context"], *config.paths("context"))
    render = bool(config.values.get("render", False) if options.get("render") is None else options["render"])
    recipes = config.recipes() if render else ()
    rendering = Rendering(options["kustomize"], options["helm"], options["values"], render, recipes)
    return Inputs(paths or (() if clusters or rendering else (".",)), context, clusters, settings, config, rendering, stdin_path)


def _stdin_path(paths: tuple[str, ...], name: str | None) -> str | None:
    """The file whose text comes from standard input."""
    if name and paths and "-" not in paths:
        raise Refusal("--stdin-filename needs `-` among the paths")
    return name


def _config(options: dict[str, Any], paths: Iterable[str]) -> Config:
    if options["isolated"]:
        return Config()
    path = Path(options["config"]) if options["config"] else find(_common_folder(paths))
    return load(path) if path else Config()


def _common_folder(paths: Iterable[str]) -> Path:
    """The innermost folder that holds all paths; the current one without any, and for standard input."""
    named = [os.path.abspath(path) for path in paths if path != "-"]
    try:
        common = Path(os.path.commonpath(named)) if named else Path.cwd()
    except ValueError:  # drives of Windows have nothing in common
        common = Path.cwd()
    return next(folder for folder in (common, *common.parents) if folder.is_dir())


def _settings(config: Config, options: dict[str, Any]) -> Settings:
    values, default = config.values, Settings()
    select = tuple(name for names in options["select"] or () for name in names) or config.names("select")
    ignore = (*(name for names in options["ignore"] or () for name in names), *config.names("ignore"))
    for name, where in config.rule_names():
        try:
            check_names([name])
        except click.BadParameter as error:
            raise ConfigError(f"{where}: {error.message}") from error
    return Settings(
        select=select,
        extend_select=(*(name for names in options["extend_select"] or () for name in names), *config.names("extend-select")),
        ignore=ignore,
        severity=tuple(values.get("severity", {}).items()),
        per_path_ignores=config.path_ignores(),
        known_hosts=config.names("known-hosts"),
        known_gateways=config.names("known-gateways"),
        trust_domain=values.get("trust-domain", default.trust_domain),
        fail_on=options["fail_on"] or values.get("fail-on", default.fail_on),
        min_severity=options["min_severity"] or values.get("min-severity", default.min_severity),
        show_unchecked=bool(options["show_unchecked"]),
        istio_version=_version(options["istio_version"] or values.get("istio-version", default.istio_version)),
        upgrade_to=_target(options, values),
        whole_mesh=options["whole_mesh"] or values.get("whole-mesh", False),
        root_namespace=values.get("root-namespace", default.root_namespace),
        cluster_domain=values.get("cluster-domain", default.cluster_domain),
        environments=config.environments(),
        mesh_config=options["mesh_config"] or next(iter(config.paths("mesh-config")), None),
        mesh_networks=options["mesh_networks"] or next(iter(config.paths("mesh-networks")), None),
    )


def _target(options: dict[str, Any], values: dict[str, Any]) -> str | None:
    """The release to which an upgrade leads; Refusal for one that is not newer than that from which it comes."""
    target = options.get("upgrade_to") or values.get("upgrade-to")
    if target is None:
        return None
    written = options["istio_version"] or values.get("istio-version")
    if written is None:
        raise Refusal("--upgrade-to needs --istio-version, the Istio that runs today")
    if minor(_version(target)) <= minor(_version(written)):
        raise Refusal(f"--upgrade-to {target} is not newer than {written}")
    return _version(target)


def _clusters(config: Config, options: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names of clusters with their paths."""
    for option in options:
        name, equals, path = option.partition("=")
        if not (name and equals and path):
            raise Refusal(f"--cluster takes NAME=PATH, not `{option}`")
    given = [(name, path) for name, _, path in (option.partition("=") for option in options)]
    return given or config.clusters()


def _version(version: str) -> str:
    major, _, rest = version.removeprefix("v").partition(".")
    number = rest.partition(".")[0]
    if major == "1" and number.isascii() and number.isdigit() and minor(OLDEST) <= int(number) <= minor(NEWEST):
        return f"1.{number}"
    raise Refusal(f"unsupported Istio version `{version}`; use {OLDEST} to {NEWEST}")
