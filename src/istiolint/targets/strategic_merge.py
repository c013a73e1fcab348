"""Strategic merge patches, as Kustomize applies them.

Lists of Kubernetes' own kinds are merged by the keys that its API declares. For all other kinds, Istio's among them, Kustomize
has no schema, so a list replaces a list (kyaml's merge2 falls back to a JSON merge patch).
"""

from typing import Any

from istiolint.documents.derived import Traced, of_items

_MERGE_KEYS = {
    "containers": ("name",), "initContainers": ("name",), "ephemeralContainers": ("name",), "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",), "volumeDevices": ("devicePath",), "ports": ("containerPort", "port"), "hostAliases": ("ip",),
    "imagePullSecrets": ("name",), "topologySpreadConstraints": ("topologyKey",), "secrets": ("name",),
    "webhooks": ("name",), "conditions": ("type",),
}  # fmt: skip
_DIRECTIVE = "$patch"
_GROUPS_WITH_SCHEMA = frozenset(
    ("", "admissionregistration.k8s.io", "apps", "autoscaling", "batch", "extensions", "networking.k8s.io", "policy",
     "rbac.authorization.k8s.io")
)  # fmt: skip


def merge(base: Traced, patch: Traced, group: str) -> Traced | None:
    """A resource of an API group with a patch; None where the patch deletes it."""
    return _merge(base, patch, group in _GROUPS_WITH_SCHEMA)


def _merge(base: Traced, patch: Traced, has_schema: bool) -> Traced | None:
    if not isinstance(patch.value, dict):
        return patch
    directive = patch.value.get(_DIRECTIVE)
    if directive == "delete":
        return None
    if directive == "replace" or not isinstance(base.value, dict):
        return without_directives(patch)
    merged = base
    for key, value in patch.value.items():
        if key == _DIRECTIVE or key.startswith(("$setElementOrder/", "$retainKeys")):
            continue
        if key.startswith("$deleteFromPrimitiveList/"):
            merged = _without_items(merged, key.partition("/")[2], value)
            continue
        theirs = patch.get(key)
        assert theirs is not None
        ours = base.get(key)
        if value is None:
            merged = merged.drop((key,))
        elif isinstance(value, list) and has_schema and ours and isinstance(ours.value, list):
            merged = merged.put((key,), _merge_lists(key, ours, theirs))
        elif isinstance(value, dict) and ours:
            inner = _merge(ours, theirs, has_schema)
            merged = merged.drop((key,)) if inner is None else merged.put((key,), inner)
        else:
            merged = merged.put((key,), without_directives(theirs))
    return merged


def _merge_lists(name: str, base: Traced, patch: Traced) -> Traced:
    """Lists of a Kubernetes kind: by their merge key if they have one, else the patch's list alone."""
    items, patches = list(base.items()), list(patch.items())
    if any(isinstance(item.value, dict) and item.value.get(_DIRECTIVE) == "replace" for item in patches):
        return of_items([item for item in patches if not _is_directive(item.value)], patch.origin)
    key = next(
        (
            key for key in _MERGE_KEYS.get(name, ())
            if all(isinstance(item.value, dict) and key in item.value for item in (*items, *patches))
        ),
        None,
    )  # fmt: skip
    if key is None:
        return without_directives(patch)
    added: list[Traced] = []
    for one in patches:
        at = next((number for number, item in enumerate(items) if item.value[key] == one.value[key]), None)
        if at is None:
            if one.value.get(_DIRECTIVE) != "delete":
                added.append(without_directives(one))
            continue
        inner = _merge(items[at], one, True)
        items[at : at + 1] = [] if inner is None else [inner]
    return of_items([*added, *items], base.origin)


def without_directives(patch: Traced) -> Traced:
    """What a patch adds where nothing is: its content without `$patch` and nulls."""
    if isinstance(patch.value, dict):
        kept = patch
        for key, value in patch.value.items():
            if key.startswith("$") or value is None:
                kept = kept.drop((key,))
            elif isinstance(value, dict | list):
                inner = patch.get(key)
                assert inner is not None
                if (cleaned := without_directives(inner)) is not inner:
                    kept = kept.put((key,), cleaned)
        return kept
    if isinstance(patch.value, list) and any(isinstance(item, dict | list) for item in patch.value):
        items = [without_directives(item) for item in patch.items() if not _is_directive(item.value)]
        return of_items(items, patch.origin)
    return patch


def _is_directive(item: Any) -> bool:
    return isinstance(item, dict) and _DIRECTIVE in item and (len(item) == 1 or item[_DIRECTIVE] == "delete")


def _without_items(merged: Traced, key: str, gone: Any) -> Traced:
    items = merged.get(key)
    if items is None or not isinstance(items.value, list) or not isinstance(gone, list):
        return merged
    return merged.put((key,), of_items([item for item in items.items() if item.value not in gone], items.origin))
