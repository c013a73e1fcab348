"""A snapshot as context: the same findings as with the files themselves, and nothing in it that others must not see."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from istiolint.cli.snapshot import snapshot_of
from istiolint.engine.lint import lint, understand
from istiolint.rules.pages import Example, pages
from istiolint.settings import Settings
from istiolint.sources import Source

EXAMPLES = [
    example
    for _, page in sorted(pages().items())
    for example in page.examples()
    if len(example.files) == 1 and "\n---" in "".join(example.files.values())
]
NOT_IN_SNAPSHOTS = ("is not a PEM certificate", "expired on", "is not valid before")
"""Only the certificate itself shows this."""


def findings(linted: list[str], context: list[Source], example: Example) -> set[tuple[str, int, str]]:
    sources = [*(Source(f"{number}.yaml", text) for number, text in enumerate(linted)), *context]
    report = lint(sources, Settings(whole_mesh="whole-mesh" in example.settings))
    return {
        (found.rule, found.span.start, found.message)
        for found in report.diagnostics
        if not any(words in found.message for words in NOT_IN_SNAPSHOTS)
    }


def snapshot(texts: list[str]) -> str:
    return snapshot_of(mesh for _, mesh in understand([Source(f"{n}.yaml", text) for n, text in enumerate(texts)]).meshes)[0]


@settings(max_examples=40)
@given(st.sampled_from(EXAMPLES), st.data())
def test_the_same_is_found_as_with_the_files(example: Example, data: st.DataObject) -> None:
    texts = "".join(example.files.values()).split("\n---")
    chosen = data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=len(texts) - 1))
    linted, others = ([text for n, text in enumerate(texts) if (n in chosen) == wanted] for wanted in (True, False))
    whole = [Source(f"context-{number}.yaml", text, linted=False) for number, text in enumerate(others)]
    reduced = [Source("mesh.json", snapshot(others), linted=False)]
    assert findings(linted, reduced, example) == findings(linted, whole, example)


SECRET = "s3cr3t"
PLACES = st.sampled_from(
    [
        {"kind": "Secret", "data": {"a": SECRET}},
        {"kind": "Secret", "stringData": {"tls.key": SECRET}},
        {"kind": "ConfigMap", "data": {"a": SECRET}, "binaryData": {"b": SECRET}},
        {
            "kind": "Pod",
            "spec": {"containers": [{"env": [{"name": "A_HOST", "value": SECRET}], "args": [f"--password={SECRET}"]}]},
        },
        {"kind": "Pod", "spec": {"containers": [{"env": [{"name": "U", "value": f"http://u:{SECRET}@stock.shop:80/{SECRET}"}]}]}},
        {"kind": "Pod", "spec": {"containers": [{"env": [{"name": "U", "value": f"http://u:a@{SECRET}@stock.shop:80"}]}]}},
        {"kind": "Pod", "spec": {"containers": [{"livenessProbe": {"httpGet": {"httpHeaders": [{"value": SECRET}]}}}]}},
        {
            "kind": "Pod",
            "spec": {"containers": [{"command": [SECRET], "lifecycle": {"preStop": {"exec": {"command": [SECRET]}}}}]},
        },
        {"kind": "Pod", "spec": {"initContainers": [{"env": [{"name": "A", "value": SECRET}]}], "volumes": [{"name": SECRET}]}},
    ]
)
METADATA = st.sampled_from(
    [
        {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET, "team.example/token": SECRET}},
        {"managedFields": [{"manager": SECRET}]},
        {"finalizers": [SECRET]},
        {},
    ]
)
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "stock", "namespace": "shop"},
    "spec": {"ports": [{"port": 80}]},
}


@settings(max_examples=60)
@given(PLACES, METADATA, st.sampled_from(["", "template", "jobTemplate"]))
def test_no_secret_is_in_it(found: dict[str, object], metadata: dict[str, object], within: str) -> None:
    one: dict[str, object] = {"apiVersion": "v1", **found}
    if within and found["kind"] == "Pod":
        template = {"template": {"metadata": metadata, "spec": found["spec"]}}
        job = {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": template}}}
        one = job if within == "jobTemplate" else {"apiVersion": "apps/v1", "kind": "Deployment", "spec": template}
    one["metadata"] = {"name": "a", "namespace": "shop", **metadata}
    one["status"] = {"message": SECRET}
    text = snapshot([json.dumps(one), json.dumps(SERVICE)])
    assert SECRET not in text
    assert len(json.loads(text)["items"]) == 2
    assert json.loads(snapshot([text])) == json.loads(text)
