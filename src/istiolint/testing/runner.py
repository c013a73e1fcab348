"""Problems of a page, each as a line that starts with the place in the page."""

import difflib
from collections.abc import Iterator

from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic
from istiolint.fix import fix_all
from istiolint.rules.pages import OPTIONAL, SECTIONS, Example, Expected, Page, without_announcements
from istiolint.rules.parameters import from_text
from istiolint.rules.parameters import settings_of as parameters_of
from istiolint.rules.registry import all_rules
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.sources.decode import source_of


def problems(page: Page) -> list[str]:
    """Return what is wrong with a page, its examples and their fixes."""
    found = structure_problems(page)
    for example in page.examples():
        found += example_problems(page, example)
        found += fix_problems(page, example) if example.shows_fixes else []
    return found


def structure_problems(page: Page) -> list[str]:
    """Return what is missing from a page: a rule, a title, sections, a bad and a good example, the result of its fix."""
    where = f"{page.path}:1: "
    if page.rule not in all_rules():
        return [f"{where}no rule is called {page.rule}; declare it, or rename the page"]
    examples = list(page.examples())
    bad = [example for example in examples if not example.good]
    wrong = []
    if not page.text.startswith("# "):
        wrong.append(f"{where}the page does not start with a title, `# Title`")
    wrong += [f"{where}no section `## {heading}`" for heading in SECTIONS if heading not in page.headings]
    known = (*SECTIONS[:-1], OPTIONAL, SECTIONS[-1])
    if headings := [heading for heading in page.headings if heading not in known]:
        wrong.append(f"{where}unknown section `## {headings[0]}`")
    elif page.headings != [heading for heading in known if heading in page.headings]:
        wrong.append(f"{where}the sections are not in this order: {', '.join(known)}")
    if not bad:
        wrong.append(f"{where}no bad example: add a block below `## Example` with a comment `# error: {page.rule}`")
    if not any(example.good for example in examples):
        wrong.append(f"{where}no good example: add a near miss below `## Not reported`")
    if all_rules()[page.rule].fixable and not any(example.shows_fixes for example in bad):
        wrong.append(f"{where}the rule is fixable, but no block ```yaml fixed or ```yaml fixed unsafe shows its fix")
    for example in bad:
        if all(expected.rule != page.rule for expected in example.expected()):
            wrong.append(f"{page.path}:{example.line}: the bad example has no comment that announces {page.rule}")
    for example in examples:
        if example.good and (announced := example.expected()):
            wrong.append(f"{page.path}:{example.line}: a good example announces {announced[0].rule}")
    return wrong


def example_problems(page: Page, example: Example) -> list[str]:
    """Return the differences between what an example announces and what is reported, and fixes of rules without `fixable`."""
    encoding = example.settings.get("encoding", "utf-8")
    sources = [source_of(name, text.encode(encoding)) for name, text in example.files.items()]
    for source in sources if "clusters" in example.settings else ():
        source.cluster = source.path.partition("/")[0]
    report = lint(sources, settings_of(page, example))
    left = list(report.diagnostics)
    wrong = [f"{page.path}:{example.line}: {error}" for error in report.internal_errors]
    for expected in example.expected():
        if found := next((diagnostic for diagnostic in left if _is_announced(diagnostic, expected)), None):
            left.remove(found)
        else:
            wrong += _not_reported(page, example, expected, left)
    for diagnostic in left:
        words = f"unexpected {diagnostic.severity}: {diagnostic.rule} {diagnostic.message!r}"
        wrong.append(f"{_at(page, example, diagnostic.span.source.path, diagnostic.span.begins.line)}: {words}")
    for diagnostic in report.diagnostics:
        rule = all_rules().get(diagnostic.rule)
        if diagnostic.fix and rule and not rule.fixable:
            at = _at(page, example, diagnostic.span.source.path, diagnostic.span.begins.line)
            wrong.append(f"{at}: {rule.id} has a fix, but is not declared with fixable=True")
    return wrong


def fix_problems(page: Page, example: Example) -> list[str]:
    """Return the differences between the blocks ```yaml fixed of an example and the results of its fixes.

    The block ```yaml fixed shows the result of the safe fixes, the block ```yaml fixed unsafe that of all fixes.
    """
    at = f"{page.path}:{example.line}"
    if len(example.files) != 1:
        return [f"{at}: a block ```yaml fixed needs an example of one file"]
    ((name, text),) = example.files.items()
    safe, every = (
        fix_all([Source(name, text)], settings_of(page, example), unsafe=unsafe).texts.get(name, text) for unsafe in (False, True)
    )
    if every == text:
        return [f"{at}: no finding of this example has a fix; pass `fix=Fix(title, edits)` to `finding()`"]
    wrong = []
    if example.fixed is not None and safe == text:
        wrong.append(f"{at}: all fixes are unsafe; call the block ```yaml fixed unsafe, or declare the fix without `safe=False`")
    elif example.fixed is not None:
        wrong += _difference(at, "yaml fixed", example.fixed, safe)
    elif safe != text:
        wrong.append(f"{at}: a fix is safe; add a block ```yaml fixed with the result of the safe fixes")
    if example.fixed_unsafe is not None and every == safe:
        wrong.append(f"{at}: all fixes are safe; call the block ```yaml fixed, or declare the fix with `safe=False`")
    elif example.fixed_unsafe is not None:
        wrong += _difference(at, "yaml fixed unsafe", example.fixed_unsafe, every)
    elif safe not in (every, text):
        wrong.append(f"{at}: some fixes are unsafe; add a block ```yaml fixed unsafe with the result of all fixes")
    return wrong


def _difference(at: str, block: str, shown: str, found: str) -> Iterator[str]:
    wanted, result = (without_announcements(one).splitlines() for one in (shown, found))
    if wanted != result:
        lines = difflib.unified_diff(wanted, result, block, "after the fixes", n=1, lineterm="")
        yield "\n".join([f"{at}: the fixes have another result than the block ```{block}:", *lines])


def settings_of(page: Page, example: Example) -> Settings:
    """Return the settings of a run over an example: the rules that are on by default, and the one of the page."""
    rules = all_rules().values()
    rule = all_rules()[page.rule]
    texts = {name.removeprefix("parameter."): text for name, text in example.settings.items() if name.startswith("parameter.")}
    values = {name: from_text(rule, name, text) for name, text in texts.items()}
    return Settings(
        select=() if rule.default else (*(each.id for each in rules if each.default), rule.id),
        upgrade_to=example.settings.get("upgrade-to"),
        istio_version=example.settings.get("istio-version", Settings().istio_version),
        whole_mesh="whole-mesh" in example.settings,
        parameters=parameters_of({rule.id: values}),
    )


def _is_announced(diagnostic: Diagnostic, expected: Expected) -> bool:
    return (
        (diagnostic.span.source.path, diagnostic.span.begins.line) == (expected.file, expected.line)
        and (diagnostic.severity, diagnostic.rule) == (expected.severity, expected.rule)
        and expected.words in f"{diagnostic.message} {diagnostic.hint or ''}"
    )


def _not_reported(page: Page, example: Example, expected: Expected, left: list[Diagnostic]) -> Iterator[str]:
    at = _at(page, example, expected.file, expected.line)
    yield f"{at}: not reported: {expected.severity}: {expected.rule}" + (f' "{expected.words}"' if expected.words else "")
    for diagnostic in left:
        if diagnostic.rule == expected.rule and diagnostic.span.begins.line == expected.line:
            yield f"{at}:     reported: {diagnostic.severity}: {diagnostic.rule} {diagnostic.message!r} {diagnostic.hint or ''!r}"


def _at(page: Page, example: Example, file: str, line: int) -> str:
    return f"{page.path}:{example.starts.get(file, example.line) + line}"
