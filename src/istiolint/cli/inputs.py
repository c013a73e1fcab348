"""The input that options and configuration name, for all commands that read manifests."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from istiolint.cli.names import check_names
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import Rendering, with_origins
from istiolint.config import Config, Tree, find, load, load_all
from istiolint.primitives.numbers import natural
from istiolint.rules.parameters import settings_of
from istiolint.rules.registry import define
from istiolint.settings import NEWEST, OLDEST, Settings, minor
from istiolint.sources import Source, StoredFiles, discover

if TYPE_CHECKING:
    from pathlib import Path

    from istiolint.cache import Pack

Command = TypeVar("Command", bound=Callable[..., Any])


class LatePath(click.Path):
    """A path option that imports pathlib only if it is given, which is rare."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Path":
        """Return the checked path."""
        from pathlib import Path

        return Path(os.fsdecode(super().convert(value, param, ctx)))


PATH = click.Path(path_type=str)
DIRECTORY = click.Path(exists=True, file_okay=False, path_type=str)
FILE = click.Path(dir_okay=False, path_type=str)
OUTPUT = LatePath(dir_okay=False)
CONFIG = LatePath(exists=True, dir_okay=False)


class Patterns(click.ParamType):  # type: ignore[type-arg]
    """Patterns as in .gitignore, with commas between them."""

    name = "patterns"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the checked patterns."""
        from istiolint.sources.git_patterns import is_pattern

        patterns = tuple(pattern.strip() for pattern in value.split(",") if pattern.strip())
        for pattern in patterns:
            if not is_pattern(pattern):
                self.fail(f"invalid pattern `{pattern}`", param, ctx)
        return patterns


def max_file_size(command: Command) -> Command:
    """Decorate a command with the option for the size of files."""
    words = f"Do not read files of more than N MiB (default: {Settings().max_file_size})."
    return click.option("--max-file-size", type=click.IntRange(1), metavar="N", help=words)(command)


class Inputs(NamedTuple):
    """The files to read, and the settings for them."""

    paths: tuple[str, ...]
    context: tuple[str, ...]
    clusters: list[tuple[str, str]]
    settings: Settings
    config: Config
    rendering: Rendering = Rendering()
    stdin_path: str | None = None
    """Return the path of the file whose text comes from standard input."""
    tree: Tree = Tree(Config(), nested=False)

    def sources(self, cache: "Pack | None" = None) -> Iterator[Source]:
        """Yield the files as they are, and rendered manifests. Raises MissingPathError, ConfigError and RenderError.

        Files for reference that `cache` knows are read where their text is needed.
        """
        files = discover(
            self.paths, context=self.context, clusters=self.clusters, stdin_path=self.stdin_path, excludes=self.tree,
            most_bytes=self.settings.most_bytes, stored=StoredFiles(cache.files) if cache else None,
        )  # fmt: skip
        return self.rendering.sources(with_origins(files), self.settings.most_bytes)

    def settings_in_folders(self, options: dict[str, Any]) -> Settings:
        """Return the settings, with those of nested configuration files in the folders that were searched so far."""
        return self.settings._replace(
            per_path_ignores=self.tree.path_ignores,
            exclude=self.tree.excludes,
            custom_rules=self.tree.custom_rules,
            scopes=tuple(
                scope._replace(
                    select=_listed(options["select"]) or scope.select,
                    extend_select=(*scope.extend_select, *_listed(options["extend_select"])),
                    ignore=(*scope.ignore, *_listed(options["ignore"])),
                    custom=() if options["select"] else scope.custom,
                )
                for scope in self.tree.scopes
            ),
        )

    def sources_of(self, state: str) -> Iterator[Source]:
        """Return the files of another state: a folder instead of the only path, or a git revision.

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
        return (source for source in revision.sources(named, self.settings.most_bytes) if not self._is_excluded(source, paths))

    def _is_excluded(self, source: Source, named: list[str]) -> bool:
        """Whether a file of another state is excluded by the current configuration."""
        if source.path in (os.path.normpath(path) for path in named):
            return self.tree.covers_named(source.path)
        return self.tree.covers(source.path)

    def _folder(self, folder: str) -> Iterator[Source]:
        if self.clusters or len(self.paths) != 1 or not os.path.isdir(self.paths[0]):
            raise Refusal(f"--against with the folder {folder} takes one folder to compare with it")
        for source in discover((folder,), context=self.context, most_bytes=self.settings.most_bytes):
            if source.linted:
                source.path = os.path.normpath(os.path.join(self.paths[0], os.path.relpath(source.path, folder)))
                if self.tree.covers(source.path):
                    continue
            yield source


def inputs(paths: tuple[str, ...], options: dict[str, Any]) -> Inputs:
    """Return the input of a command. Options that the command does not have are unset. Raises ConfigError."""
    stdin_path = _stdin_path(paths, options.get("stdin_filename"))
    paths = paths or (("-",) if stdin_path else ())
    named = [stdin_path if path == "-" and stdin_path else path for path in paths]
    config = _config(options, [*named, *(each for each in (options["kustomize"], options["helm"]) for each in each or ())])
    settings = _settings(config, defaultdict(lambda: None, options))
    define(settings.custom_rules)
    for name in ("select", "extend_select", "ignore"):
        check_names(_listed(options.get(name)), name)
    tree = Tree(
        config,
        nested=not (options["isolated"] or options["config"]),
        exclude=_listed(options.get("exclude")),
        named=_flag(options, config, "force-exclude"),
        names=tuple(path for path in named if path != "-"),
    )
    clusters = _clusters(config, options["cluster"])
    context = (*options["context"], *config.paths("context"))
    render = _flag(options, config, "render")
    recipes = config.recipes() if render else ()
    rendering = Rendering(options["kustomize"], options["helm"], options["values"], render, recipes)
    paths = paths or (() if clusters or rendering else (".",))
    return Inputs(paths, context, clusters, settings, config, rendering, stdin_path, tree)


def define_custom_rules(path: "Path | None", *, isolated: bool) -> Config:
    """Register the rules that the configuration of the current folder defines, and return it. Raises ConfigError."""
    config = _config({"config": path, "isolated": isolated}, ())
    define(config.custom_rules())
    return config


def _flag(options: dict[str, Any], config: Config, name: str) -> bool:
    option = options.get(name.replace("-", "_"))
    return bool(config.value(name, False) if option is None else option)


def _listed(option: Iterable[tuple[str, ...]] | None) -> tuple[str, ...]:
    """Return the values of an option that accepts lists and can be repeated."""
    return tuple(name for names in option or () for name in names)


def _stdin_path(paths: tuple[str, ...], name: str | None) -> str | None:
    """Return the path of the file whose text comes from standard input."""
    if name and paths and "-" not in paths:
        raise Refusal("--stdin-filename needs `-` among the paths")
    return name


def _config(options: dict[str, Any], paths: Iterable[str]) -> Config:
    if options["isolated"]:
        return Config()
    if options["config"]:
        from pathlib import Path

        return load(Path(options["config"]))
    path = find(_common_folder(paths))
    return load_all(path) if path else Config()


def _common_folder(paths: Iterable[str]) -> str:
    """Return the innermost folder that contains all paths; the current one without paths, and for standard input."""
    named = [os.path.abspath(path) for path in paths if path != "-"]
    try:
        common = os.path.commonpath(named) if named else os.getcwd()
    except ValueError:  # paths on different drives of Windows
        common = os.getcwd()
    while not os.path.isdir(common):
        common = os.path.dirname(common)
    return common


def _settings(config: Config, options: dict[str, Any]) -> Settings:
    value, default = config.value, Settings()
    *_, outermost = config.chain()
    return Settings(
        select=_listed(options["select"]) or outermost.own_names("select"),
        extend_select=(*_listed(options["extend_select"]), *outermost.own_names("extend-select")),
        ignore=(*_listed(options["ignore"]), *outermost.own_names("ignore")),
        severity=tuple(outermost.values.get("severity", {}).items()),
        parameters=settings_of(config.parameters()),
        per_path_ignores=config.path_ignores(),
        custom_rules=config.custom_rules(),
        exclude=config.excludes(),
        known_hosts=config.names("known-hosts"),
        known_gateways=config.names("known-gateways"),
        trust_domain=value("trust-domain", default.trust_domain),
        fail_on=options["fail_on"] or value("fail-on", default.fail_on),
        min_severity=options["min_severity"] or value("min-severity", default.min_severity),
        show_unchecked=bool(options["show_unchecked"]),
        istio_version=_version(options["istio_version"] or value("istio-version", default.istio_version)),
        upgrade_to=_target(options, config),
        whole_mesh=options["whole_mesh"] or value("whole-mesh", False),
        root_namespace=value("root-namespace", default.root_namespace),
        cluster_domain=value("cluster-domain", default.cluster_domain),
        environments=config.environments(),
        mesh_config=options["mesh_config"] or next(iter(config.paths("mesh-config")), None),
        mesh_networks=options["mesh_networks"] or next(iter(config.paths("mesh-networks")), None),
        max_file_size=options["max_file_size"] or value("max-file-size", default.max_file_size),
    )


def _target(options: dict[str, Any], config: Config) -> str | None:
    """Return the target release of an upgrade. Raises Refusal if it is not newer than the current one."""
    target = options.get("upgrade_to") or config.value("upgrade-to")
    if target is None:
        return None
    written = options["istio_version"] or config.value("istio-version")
    if written is None:
        raise Refusal("--upgrade-to needs --istio-version, the Istio that runs today")
    if minor(_version(target)) <= minor(_version(written)):
        raise Refusal(f"--upgrade-to {target} is not newer than {written}")
    return _version(target)


def _clusters(config: Config, options: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the names of clusters with their paths."""
    for option in options:
        name, equals, path = option.partition("=")
        if not (name and equals and path):
            raise Refusal(f"--cluster takes NAME=PATH, not `{option}`")
    given = [(name, path) for name, _, path in (option.partition("=") for option in options)]
    return given or config.clusters()


def _version(version: str) -> str:
    major, _, rest = version.removeprefix("v").partition(".")
    number = natural(rest.partition(".")[0])
    if major == "1" and number is not None and minor(OLDEST) <= number <= minor(NEWEST):
        return f"1.{number}"
    raise Refusal(f"unsupported Istio version `{version}`; use {OLDEST} to {NEWEST}")
