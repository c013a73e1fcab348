"""Why documents are skipped, in the words of the summary."""

from enum import StrEnum


class Skip(StrEnum):
    """What a document is instead of a manifest that is applied as it stands."""

    HELM_TEMPLATE = "Helm template"
    HELM_PARTIAL = "Helm partial"
    GO_TEMPLATE = "Go template"
    JINJA_TEMPLATE = "Jinja template"
    YTT_TEMPLATE = "ytt template"
    TEMPLATE = "template"
    WITH_PLACEHOLDERS = "document with placeholders"
    JSON_PATCH = "JSON patch"
    KUSTOMIZE_PATCH = "Kustomize patch"
    KUSTOMIZATION = "Kustomization"
    CLUSTER_TEST = "cluster test"
    ASSERTION = "test assertion"
    TEST_STEP = "test step"
    EXPECTED_OUTPUT = "expected output"
    OTHER = "no Kubernetes object"
