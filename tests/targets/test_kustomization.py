"""What kustomizations make of resources, and where the result is written."""

import pytest
from repositories import DEPLOYMENT, ROUTE, SERVICE, only, report, targets

from istiolint.findings.finding import Place
from istiolint.resources.resource import Resource
from istiolint.settings import Settings

BASE = {"base/kustomization.yaml": "resources: [cart.yaml]\n", "base/cart.yaml": f"{SERVICE}---\n{DEPLOYMENT}---\n{ROUTE}"}


def overlay(text: str, **files: str) -> dict[str, str]:
    more = {f"prod/{name}.yaml": content for name, content in files.items()}
    return {**BASE, "prod/kustomization.yaml": f"resources: [../base]\n{text}", **more}


def written(resource: Resource, *path: str | int) -> tuple[str, str]:
    """The file in which a value of a resource is written, and the text there."""
    span = Place(resource.document, (*resource.path, *path)).span()
    return span.source.path, span.source.text[span.start : span.end]


def test_a_base_is_no_target_of_its_own() -> None:
    assert [target.name for target in targets(overlay(""))] == ["prod"]
    assert [target.name for target in targets(BASE)] == ["base"]


def test_what_nothing_changes_is_the_resource_itself() -> None:
    service = only(overlay(""), "Service")
    assert service.document.written == (service.document, ())


def test_namespace() -> None:
    service = only(overlay("namespace: shop\n"), "Service")
    assert (service.namespace, service.placed) == ("shop", True)
    assert written(service, "metadata", "namespace") == ("prod/kustomization.yaml", "shop")
    assert written(service, "spec", "ports", 0, "name") == ("base/cart.yaml", "http")


def test_the_outer_namespace_wins_and_a_namespace_is_renamed() -> None:
    files = overlay("namespace: shop\n")
    files["base/kustomization.yaml"] += "namespace: draft\n"
    files["base/cart.yaml"] += "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: draft}\n"
    assert only(files, "Service").namespace == "shop"
    assert only(files, "Namespace").name == "shop"


def test_prefix_and_suffix_rename_references_of_kubernetes_only() -> None:
    account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: cart}\n"
    files = overlay("namePrefix: live-\nnameSuffix: -v2\n")
    files["base/cart.yaml"] += account
    service, route = only(files, "Service"), only(files, "VirtualService")
    assert (service.name, service.former_names) == ("live-cart-v2", ("cart",))
    assert only(files, "Deployment").spec["template"]["spec"]["serviceAccountName"].text == "live-cart-v2"
    assert route.spec["hosts"].value == ["cart"]
    assert written(service, "metadata", "name") == ("base/cart.yaml", "cart")


def test_common_labels_and_labels() -> None:
    text = "commonLabels: {team: a}\nlabels: [{pairs: {tier: web}}, {pairs: {env: prod}, includeTemplates: true}]\n"
    files = overlay(text)
    service, deployment = only(files, "Service"), only(files, "Deployment")
    assert service.labels == {"team": "a", "tier": "web", "env": "prod"}
    assert service.spec["selector"].labels == {"app": "cart", "team": "a"}
    assert deployment.spec["template"]["metadata"]["labels"].labels == {"app": "cart", "team": "a", "env": "prod"}
    assert deployment.spec["selector"]["matchLabels"].labels == {"app": "cart", "team": "a"}
    assert written(service, "metadata", "labels", "tier") == ("prod/kustomization.yaml", "web")


def test_annotations_become_text() -> None:
    files = overlay("commonAnnotations: {size: 3}\n")
    files["base/cart.yaml"] = files["base/cart.yaml"].replace("{name: cart}", "{name: cart, annotations: {small: true}}", 1)
    assert only(files, "Service").annotations == {"small": "true", "size": "3"}


STRATEGIC = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec: {hosts: [basket]}\n"
JSON = "- {op: replace, path: /spec/hosts/0, value: basket}\n"
TARGET = "{kind: VirtualService}"


@pytest.mark.parametrize(
    ("section", "patch"),
    [
        ("patches: [{path: patch.yaml}]", STRATEGIC),
        ("patchesStrategicMerge: [patch.yaml]", STRATEGIC),
        (f"patches: [{{path: patch.yaml, target: {TARGET}}}]", STRATEGIC),
        (f"patches: [{{path: patch.yaml, target: {TARGET}}}]", JSON),
        ("patches: [{path: patch.yaml, target: {kind: Virtual.*, name: c.rt, labelSelector: '!gone'}}]", JSON),
        (f"patchesJson6902: [{{path: patch.yaml, target: {TARGET}}}]", JSON),
    ],
)
def test_patches_from_files(section: str, patch: str) -> None:
    files = overlay(section, patch=patch)
    route = only(files, "VirtualService")
    assert route.spec["hosts"].value == ["basket"]
    assert written(route, "spec", "hosts", 0) == ("prod/patch.yaml", "basket")
    assert written(route, "spec", "http", 0, "timeout") == ("base/cart.yaml", "3s")


def test_a_patch_within_the_kustomization() -> None:
    inline = STRATEGIC.replace("\n", "\n      ")
    route = only(overlay(f"patches:\n  - patch: |-\n      {inline}"), "VirtualService")
    assert written(route, "spec", "hosts", 0) == ("prod/kustomization.yaml", "basket")


def test_lists_of_kubernetes_kinds_are_merged() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\n"
        "spec: {template: {spec: {containers: [{name: app, ports: [{containerPort: 80}]}, {name: log, image: log}]}}}\n"
    )
    containers = only(overlay("patches: [{path: patch.yaml}]", patch=patch), "Deployment").spec["template"]["spec"]["containers"]
    by_name = {container["name"].text: container for container in containers}
    assert by_name.keys() == {"app", "log"}
    assert by_name["app"]["image"].text == "example.com/cart:1"
    assert by_name["app"]["ports"][0]["containerPort"].number == 80


def test_a_patch_deletes_a_resource() -> None:
    patch = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\n$patch: delete\n"
    [target] = targets(overlay("patches: [{path: patch.yaml}]", patch=patch))
    assert [resource.kind for resource in target.resources] == ["Deployment", "VirtualService"]


def test_replacements() -> None:
    text = """\
namePrefix: live-
replacements:
  - source: {kind: Service, name: cart}
    targets:
      - select: {kind: VirtualService}
        fieldPaths: [spec.hosts.0, "spec.http.*.route.[destination=x].weight", spec.http.0.route.0.destination.host]
"""
    route = only(overlay(text), "VirtualService")
    assert route.spec["hosts"].value == ["live-cart"]
    assert route.spec["http"][0]["route"][0]["destination"]["host"].text == "live-cart"


def test_components_change_what_includes_them() -> None:
    files = overlay("components: [../labeled]\n")
    files["labeled/kustomization.yaml"] = "kind: Component\ncommonLabels: {team: a}\n"
    assert [target.name for target in targets(files)] == ["prod"]
    assert only(files, "Service").labels == {"team": "a"}


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("helmCharts: [{name: redis}]\n", "`helmCharts` of a kustomization"),
        ("components: ['https://example.com/c?ref=v1']\n", "remote component https://example.com/c?ref=v1"),
        ("patches: [{path: gone.yaml}]\n", "the patch prod/gone.yaml is not part of the input"),
        (
            "patches: [{target: {kind: VirtualService}, patch: '[{op: remove, path: /spec/gone}]'}]\n",
            "`/spec/gone` does not exist",
        ),
    ],
)
def test_what_cannot_be_applied_leaves_the_target_open(text: str, gap: str) -> None:
    [target] = targets(overlay(text))
    assert target.gaps == [gap]


def test_invalid_patterns_are_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """RE2 logs the patterns that it rejects unless it is configured otherwise."""
    text = 'patches: [{target: {kind: VirtualService, name: "[\\e[31m"}, patch: "[]"}]\n'
    assert targets(overlay(text))
    assert capfd.readouterr().err == ""


def test_kustomizations_in_a_circle_end() -> None:
    files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}
    assert targets(files) == []


def test_findings_are_at_the_text_that_is_wrong() -> None:
    patch = STRATEGIC.replace("spec: {hosts: [basket]}", "spec: {htp: []}")
    found = report(overlay("namespace: shop\npatches: [{path: patch.yaml}]", patch=patch))
    [unknown] = [one for one in found.diagnostics if one.rule == "unknown-field"]
    assert unknown.span.source.path == "prod/patch.yaml"
    assert unknown.resource
    assert str(unknown.resource) == "VirtualService shop/cart"


def test_a_fix_changes_the_file_that_has_the_text() -> None:
    files = overlay("namespace: shop\n")
    files["base/cart.yaml"] = files["base/cart.yaml"].replace("timeout", "timout")
    [unknown] = [one for one in report(files).diagnostics if one.rule == "unknown-field"]
    assert unknown.fix
    [edit] = unknown.fix.edits
    assert edit.place.span().source.path == "base/cart.yaml"


def test_a_renamed_service_leaves_hosts_behind() -> None:
    found = report(overlay("namespace: shop\nnamePrefix: live-\n"))
    [diagnostic] = [one for one in found.diagnostics if one.rule == "host-not-found"]
    assert "Kustomize renamed Service `cart` to `live-cart` but does not rewrite hosts" in diagnostic.message


def test_an_error_of_one_overlay_names_it() -> None:
    rule = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: cart}\n"
        "spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}]}\n"
    )
    files = {
        **BASE,
        "base/rule.yaml": rule,
        "base/kustomization.yaml": "resources: [cart.yaml, rule.yaml]\n",
        "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
        "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\n"
        "patches: [{target: {kind: DestinationRule}, patch: '[{op: replace, path: /spec/subsets/0/name, value: v9}]'}]\n",
    }
    [found] = [one for one in report(files).diagnostics if one.rule == "route-to-missing-subset"]
    assert (found.targets, found.partial) == (("prod",), True)


def test_what_all_overlays_share_is_reported_once() -> None:
    files = {
        **BASE,
        "base/cart.yaml": BASE["base/cart.yaml"].replace("timeout: 3s", "timeout: 3x"),
        "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
        "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\n",
    }
    [found] = [one for one in report(files).diagnostics if one.rule == "invalid-duration"]
    assert (found.targets, found.partial) == (("dev", "prod"), False)


GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      tls: {mode: SIMPLE, credentialName: NAME}
      hosts: [shop.example.com]
"""


@pytest.mark.parametrize(("name", "count"), [("shop-cert", 0), ("other", 1)])
def test_generated_secrets_are_not_missing(name: str, count: int) -> None:
    files = {
        "kustomization.yaml": "resources: [gateway.yaml]\nsecretGenerator: [{name: cert}]\nnamePrefix: shop-\n",
        "gateway.yaml": GATEWAY.replace("NAME", name),
    }
    found = report(files, settings=Settings(whole_mesh=True))
    assert [one.rule for one in found.diagnostics if one.rule == "credential-not-found"] == ["credential-not-found"] * count


def test_values_of_charts_in_a_kustomization_are_checked() -> None:
    chart = "{name: istiod, valuesInline: {pilot: {autoscaleMinn: 2}}}"
    found = report(
        {"kustomization.yaml": f"kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nhelmCharts: [{chart}]\n"}
    )
    assert [one.rule for one in found.diagnostics] == ["unknown-helm-value"]
