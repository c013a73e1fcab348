"""`istiolint rules`: which rules there are."""

import json

import click


@click.command(short_help="List the rules.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to list.")
def rules(format_: str) -> None:
    """List the rules: id, severity, evidence, whether on by default, codes of istioctl and Kiali, title."""
    from istiolint.report.escape import printable
    from istiolint.rules.pages import pages
    from istiolint.rules.registry import all_rules, plugin_failures

    for failure in plugin_failures():
        click.echo(f"istiolint: {printable(failure.words)}", err=True)
    book = pages()
    titles = {rule: book[rule].title if rule in book else "" for rule in all_rules()}
    if format_ == "json":
        listed = [
            {
                "id": rule.id,
                "title": titles[rule.id],
                "severity": rule.severity,
                "evidence": rule.evidence,
                "category": rule.category,
                "default": rule.default,
                "fixable": rule.fixable,
                "codes": list(rule.codes),
                "kinds": list(rule.kinds),
            }
            for rule in all_rules().values()
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (rule.id, rule.severity, rule.evidence, "on" if rule.default else "off", " ".join(rule.codes), titles[rule.id])
        for rule in all_rules().values()
    ]
    head = ("rule", "severity", "evidence", "default", "codes", "what it is about")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if row is head else line)
