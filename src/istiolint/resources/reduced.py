"""What other repositories need of a resource to resolve references to it, and nothing that is secret or large."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import DELIVERY_KINDS
from istiolint.resources.resource import Resource

REDACTED = "${REDACTED}"
"""A placeholder: rules do not judge it."""
_METADATA = ("name", "namespace", "labels", "generateName")
_OWNER = ("apiVersion", "kind", "name", "controller")
_ISTIO = re.compile(
    r"(^|\.)(istio|gateway\.networking\.k8s|networking\.istio)\.io/|^istio|^prometheus\.io/(scrape|port|path)$"
    r"|^service\.beta\.kubernetes\.io/aws-load-balancer-(ssl-cert|ssl-ports|backend-protocol)$"
)
"""Annotations of Istio and the Gateway API, and those of others that decide about traffic."""
_FLAG = re.compile(
    r"(PILOT|ISTIO|ISTIOD|ENABLE|CLUSTER|TRUST|AMBIENT|CA|UNSAFE|VALIDATION|INJECTION|EXTERNAL|PROXY|META)[A-Z0-9_]*"
)
"""Environment variables with feature flags of Istio, in its own containers."""
_POD = ("serviceAccountName", "serviceAccount", "hostNetwork", "hostUsers", "dnsPolicy", "restartPolicy", "securityContext")
_CONTAINER = ("name", "image", "ports", "securityContext", "restartPolicy")
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DEPLOYER = ("destination", "targetNamespace", "releaseName", "storageNamespace", "namespace")
_DROPPED = ("status", "metadata", "stringData")
_WITHOUT_SPEC = ("CustomResourceDefinition", "Node")
_MESH_KEYS = ("mesh", "meshNetworks", "config", "values", "root-cert.pem")
"""What Istio's own ConfigMaps hold."""
_TEMPLATED = ("template", "jobTemplate")


def reduced(resource: Resource, called: Iterable[str] = ()) -> dict[str, Any]:
    """Return a resource without what references to it do not need, such as data of Secrets, environment variables and status.

    `called` are the hosts with ports that a workload calls; they are kept as environment variables.
    """
    value = {key: part for key, part in resource.mapping.items() if key not in _DROPPED}
    value["metadata"] = _metadata(resource.metadata.mapping)
    spec = resource.spec.mapping
    match resource.type:
        case "Secret":
            keys = (*resource["data"].mapping, *resource["stringData"].mapping)
            value = {**value, "data": dict.fromkeys(keys, REDACTED)}
        case "ConfigMap":
            kept = _MESH_KEYS if resource.name.startswith("istio") else ()
            value = {**value, "data": {key: text if key in kept else REDACTED for key, text in resource["data"].mapping.items()}}
            value.pop("binaryData", None)
        case "Pod":
            value["spec"] = _pod(spec, called)
        case kind if kind in DELIVERY_KINDS:
            value["spec"] = _only(spec, _DEPLOYER)
        case kind if kind in _WITHOUT_SPEC:
            value.pop("spec", None)
        case "Issuer" | "ClusterIssuer":
            solvers: list[dict[str, Any]] = [
                {"http01": {"ingress": {}}} if each["http01"]["ingress"].exists else {} for each in _solvers(resource)
            ]
            value["spec"] = {"acme": {"solvers": solvers}}
        case "SealedSecret":
            value["spec"] = {"encryptedData": dict.fromkeys(resource.spec["encryptedData"].mapping, REDACTED)}
        case "ServiceEntry" if resource["status"]["addresses"]:
            value["status"] = {"addresses": resource["status"]["addresses"].value}
        case "WasmPlugin":
            value["spec"] = {key: part for key, part in spec.items() if key not in ("pluginConfig", "vmConfig")}
        case _ if any(key in spec for key in _TEMPLATED):
            value["spec"] = _workload(spec, called)
    return value


def _solvers(issuer: Resource) -> Cursor:
    return issuer.spec["acme"]["solvers"]


def _only(value: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in keys if key in value}


def _metadata(written: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(written, _METADATA)
    annotations = written.get("annotations")
    if isinstance(annotations, dict) and (istio := {key: each for key, each in annotations.items() if _ISTIO.search(str(key))}):
        kept["annotations"] = istio
    owners = written.get("ownerReferences")
    if isinstance(owners, list):
        kept["ownerReferences"] = [_only(owner, _OWNER) for owner in owners if isinstance(owner, dict)]
    return kept


def _workload(spec: Mapping[str, Any], called: Iterable[str]) -> dict[str, Any]:
    """A spec with a pod template, or with that of a Job in it."""
    found = dict(spec)
    for key in _TEMPLATED:
        template = found.get(key)
        if not isinstance(template, dict):
            continue
        inner = template.get("spec")
        kept = {"metadata": _metadata(template.get("metadata") or {})} if isinstance(template.get("metadata"), dict) else {}
        if isinstance(inner, dict):
            kept["spec"] = _workload(inner, called) if key == "jobTemplate" else _pod(inner, called)
        found[key] = kept
    return found


def _pod(spec: Mapping[str, Any], called: Iterable[str]) -> dict[str, Any]:
    kept = _only(spec, _POD)
    for key in ("initContainers", "containers"):
        containers = spec.get(key)
        if isinstance(containers, list):
            kept[key] = [_container(each) for each in containers if isinstance(each, dict)]
    variables = [{"name": f"CALL_{number}_HOST", "value": f"tcp://{host}"} for number, host in enumerate(called, 1)]
    if variables and kept.get("containers"):
        first = kept["containers"][0]
        first["env"] = [*first.get("env", ()), *variables]
    return kept


def _container(written: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(written, _CONTAINER)
    for key in _PROBES:
        if isinstance(probe := written.get(key), dict):
            kept[key] = {
                name: {field: each for field, each in part.items() if field != "httpHeaders"} if isinstance(part, dict) else part
                for name, part in probe.items()
                if name != "exec"
            }
    if _is_istio(written):
        variables = written.get("env")
        kept |= _only(written, ("args",))
        kept["env"] = [
            _only(each, ("name", "value"))
            for each in (variables if isinstance(variables, list) else ())
            if isinstance(each, dict) and _FLAG.fullmatch(str(each.get("name")))
        ]
    return kept


def _is_istio(container: Mapping[str, Any]) -> bool:
    image = str(container.get("image", ""))
    return (
        container.get("name") in ("discovery", "istio-proxy")
        or re.search(r"(^|/)(pilot|proxyv2|ztunnel)[:@-]", image) is not None
    )
