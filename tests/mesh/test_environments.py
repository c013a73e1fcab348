import pytest
from meshes import mesh

from istiolint.mesh.environments import stage_of
from istiolint.settings import Environment, Settings


@pytest.mark.parametrize("name", ["prod", "production", "shop-prod", "prd-eu", "shop.live", "PROD", "prod1", "eu_production"])
def test_names_of_production(name: str) -> None:
    assert stage_of(name) == "production"


NOTHING = ("products", "delivery", "reproduce", "livestream", "live-chat", "backstage", "contest", "device", "shop", "")
STAGING = ("preprod", "pre-prod", "pre-production", "staging", "uat2")
TEST = ("non-prod", "nonprod", "prod-test", "not-live", "dev", "chaos")


@pytest.mark.parametrize(
    ("name", "stage"),
    [*((name, None) for name in NOTHING), *((name, "staging") for name in STAGING), *((name, "test") for name in TEST)],
)
def test_names_of_anything_else(name: str, stage: str | None) -> None:
    assert stage_of(name) == stage


def environment(text: str, settings: Settings | None = None) -> tuple[str, str] | None:
    found = mesh(text, settings=settings)
    answer = found.environments.of(found.all("VirtualService")[0])
    return (answer.stage, answer.because) if answer else None


def route(metadata: str, file: str = "routes.yaml") -> str:
    return f"# file: {file}\n{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: v, {metadata}}}}}\n"


def test_evidence_is_said_in_words() -> None:
    assert environment(route("namespace: shop-prod")) == ("production", "namespace `shop-prod`")
    assert environment(route("namespace: shop", "overlays/production/routes.yaml")) == (
        "production",
        "path contains `production`",
    )
    assert environment(route("namespace: shop, labels: {env: prod}")) == (
        "production", "VirtualService shop/v is labeled `env: prod`",
    )  # fmt: skip
    labelled = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {example.com/environment: staging}}}\n"
    assert environment(route("namespace: shop") + labelled) == (
        "staging", "namespace `shop` is labeled `example.com/environment: staging`",
    )  # fmt: skip
    assert environment(route("namespace: products", "services/delivery/routes.yaml")) is None


def test_the_innermost_folder_is_heard_and_the_namespace_before_the_path() -> None:
    assert environment(route("namespace: shop", "test/production/routes.yaml")) == ("production", "path contains `production`")
    assert environment(route("namespace: shop-dev", "production/routes.yaml")) == ("test", "namespace `shop-dev`")


def test_the_configuration_outweighs_names() -> None:
    declared = Settings(
        environments=(Environment("production", ("eu-*",), ("clusters/eu/*",)), Environment("playground", ("shop-prod",)))
    )
    assert environment(route("namespace: eu-1"), declared) == (
        "production", "namespaces `eu-*` are configured as `production`",
    )  # fmt: skip
    assert environment(route("namespace: shop", "deploy/clusters/eu/routes.yaml"), declared) == (
        "production", "files `clusters/eu/*` are configured as `production`",
    )  # fmt: skip
    assert environment(route("namespace: shop-prod"), declared) == (
        "test", "namespaces `shop-prod` are configured as `playground`",
    )  # fmt: skip
