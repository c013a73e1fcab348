"""One set of topics: the folder of a rule's page, the package of its check, the topic in reports and configuration, the site."""

from pathlib import Path

import pytest
from site_pages.rules import index

import istiolint.checks
from istiolint.data import folder
from istiolint.engine.lint import lint
from istiolint.rules.check import CHECKS, Tag, declare
from istiolint.rules.pages import pages
from istiolint.rules.registry import all_rules, matching, walk
from istiolint.rules.topics import TOPICS, topic_of
from istiolint.settings import Settings
from istiolint.sources import Source

ELSEWHERE = {"suppression"}
"""Topics whose rules are declared by a stage, not in istiolint.checks."""


def test_folders_of_pages_are_the_topics() -> None:
    assert {path.parent.name for path in folder("rules").glob("*/*")} == set(TOPICS)


def test_packages_of_checks_are_the_topics() -> None:
    packages = {path.parent.name.replace("_", "-") for path in Path(istiolint.checks.__file__).parent.glob("*/__init__.py")}
    assert packages == set(TOPICS) - ELSEWHERE


@pytest.mark.parametrize("id", all_rules())
def test_page_and_topic_agree(id: str) -> None:
    assert pages()[id].topic == all_rules()[id].topic, f"move rules/{pages()[id].topic}/{id}.md, or declare another topic"


def test_a_check_is_in_the_package_of_its_topic() -> None:
    """The schema's rules are shared: packages of other topics add functions to them."""
    walk()
    for id, registered in CHECKS.items():
        packages = {topic_of(each.run.__module__) for each in registered}
        assert all_rules()[id].topic in packages | {"schema"}, (
            f"{id}: its topic is {all_rules()[id].topic}, its code in {packages}"
        )


def test_chapters_of_the_site_are_the_topics() -> None:
    text = index()
    for topic, title in TOPICS.items():
        chapter = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        assert f"The topic `{topic}`." in chapter
        for rule in all_rules().values():
            assert (f"]({topic}/{rule.id}.md)" in chapter) == (rule.topic == topic)


@pytest.mark.parametrize("topic", TOPICS)
def test_configuration_takes_topics(topic: str) -> None:
    assert {rule.id for rule in matching(topic)} >= {rule.id for rule in all_rules().values() if rule.topic == topic} != set()


def test_topic_and_category_are_in_the_report() -> None:
    found = lint([Source("a.yaml", "a: 1\na: 2\nkind: Service\napiVersion: v1\n")], Settings(select=("duplicate-key",)))
    assert [(one.topic, one.category) for one in found.diagnostics] == [("syntax", "syntax")]


@pytest.mark.parametrize("name", ["validation", "reference", "traffic", "security", "production"])
def test_names_of_categories_are_still_accepted(name: str) -> None:
    assert {rule.category for rule in matching(name)} >= {name}


def test_topics_of_other_packages() -> None:
    assert topic_of("istiolint.checks.gateway_api.routes") == "gateway-api"
    assert topic_of("acme_mesh.checks") == "acme-mesh"


@pytest.mark.parametrize(("topic", "tags"), [("No Slug", []), ("tls", ["secure"])])
def test_odd_topics_and_tags_are_refused(topic: str, tags: list[Tag]) -> None:
    with pytest.raises(ValueError, match="rule a:"):
        declare("a", severity="info", topic=topic, tags=tags)
