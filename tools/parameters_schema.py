"""The schema of the configuration with the parameters of all rules."""

import json
import re
from pathlib import Path

from istiolint.rules.registry import all_rules

FILE = Path(__file__).parents[1] / "schemas/istiolint-config.schema.json"
_PLACE = re.compile(
    r'("parameters": \{\n      "type": "object",\n      "properties": )\{.*?\}(?=,\n      "additionalProperties")', re.DOTALL
)


def text() -> str:
    """Return the text of the schema, a line for each rule that has parameters."""
    rules = {
        rule.id: {
            "type": "object",
            "additionalProperties": False,
            "properties": {parameter.name: parameter.schema for parameter in rule.parameters},
        }
        for rule in sorted(all_rules().values(), key=lambda rule: rule.id)
        if rule.parameters
    }
    lines = ",\n".join(f"        {json.dumps(id)}: {json.dumps(schema)}" for id, schema in rules.items())
    return _PLACE.sub(lambda match: f"{match[1]}{{\n{lines}\n      }}", FILE.read_text("utf-8"))
