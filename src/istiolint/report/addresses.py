"""Where the project and the page of a rule are on the web, as the URLs of the installed package say; nowhere if it has none."""

from functools import cache

from istiolint.data import folder


def home() -> str | None:
    """The address of the project."""
    urls = _project_urls()
    return urls.get("homepage") or urls.get("repository")


def rule_page(rule: str) -> str | None:
    """The address of a rule's page: on the site of the documentation, or in the repository."""
    from istiolint.rules.pages import pages

    urls, page = _project_urls(), pages().get(rule)
    if page is None or not page.path.is_relative_to(folder("rules")):  # pages of plugins are elsewhere
        return None
    if site := urls.get("documentation"):
        return f"{site.rstrip('/')}/rules/{page.topic}/{rule}/"
    if repository := urls.get("repository"):
        return f"{repository.rstrip('/')}/blob/main/rules/{page.topic}/{rule}.md"
    return None


@cache
def _project_urls() -> dict[str, str]:
    """`[project.urls]` of pyproject.toml, with labels in lower case."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        written = metadata("istiolint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return {}
    pairs = (entry.partition(",") for entry in written)
    return {label.strip().lower(): url.strip() for label, _, url in pairs}
