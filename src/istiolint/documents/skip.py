"""Why documents are skipped, in the words of the summary."""

from enum import StrEnum


class Skip(StrEnum):
    """What a document is instead of a manifest that is applied as it is."""

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
    EXPECTED_OUTPUT = "document of expected output"
    OTHER = "document that is not a Kubernetes object"

    @property
    def hides_resources(self) -> bool:
        """Whether such a document makes resources of a cluster that are not known."""
        return self in _TEMPLATES

    @property
    def plural(self) -> str:
        """The words for several: `Kustomize patches`."""
        return _PLURALS.get(self, f"{self.value}s")


_TEMPLATES = (
    Skip.HELM_TEMPLATE, Skip.GO_TEMPLATE, Skip.JINJA_TEMPLATE, Skip.YTT_TEMPLATE, Skip.TEMPLATE, Skip.WITH_PLACEHOLDERS,
)  # fmt: skip
_PLURALS = {
    Skip.WITH_PLACEHOLDERS: "documents with placeholders",
    Skip.JSON_PATCH: "JSON patches",
    Skip.KUSTOMIZE_PATCH: "Kustomize patches",
    Skip.EXPECTED_OUTPUT: "documents of expected output",
    Skip.OTHER: "documents that are not Kubernetes objects",
}
