"""`metadata` as the API server takes it: the fields of ObjectMeta, names and labels."""

from typing import Any

SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
LABEL_VALUE = r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"
_END = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
QUALIFIED_NAME = rf"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?{_END}"
ANNOTATION_NAME = rf"^([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*/)?{_END}"
"""Kubernetes lowers the name of an annotation before it looks at it."""

TEXT: dict[str, Any] = {"type": "string"}
TIME: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})$"}
NUMBER: dict[str, Any] = {"type": "integer"}
WORDS = "use lowercase letters, digits, `-` and `.`, starting and ending with a letter or digit"
LABEL_WORDS = "use at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit"
KEY_WORDS = "use at most 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and `/`"

METADATA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "annotations": {
            "type": "object",
            "additionalProperties": TEXT,
            "allOf": [{"x-rule": "invalid-name", "x-hint": KEY_WORDS, "propertyNames": {"pattern": ANNOTATION_NAME}}],
        },
        "creationTimestamp": TIME,
        "deletionGracePeriodSeconds": NUMBER,
        "deletionTimestamp": TIME,
        "finalizers": {"type": "array", "items": TEXT},
        "generateName": TEXT,
        "generation": NUMBER,
        "labels": {
            "type": "object",
            "additionalProperties": {
                "type": "string",
                "allOf": [{"x-rule": "invalid-name", "x-hint": LABEL_WORDS, "pattern": LABEL_VALUE, "maxLength": 63}],
            },
            "allOf": [{"x-rule": "invalid-name", "x-hint": KEY_WORDS, "propertyNames": {"pattern": QUALIFIED_NAME}}],
        },
        "managedFields": {"type": "array"},
        "name": {
            "type": "string",
            "allOf": [
                {
                    "x-rule": "missing-name",
                    "x-message": "the resource name is empty; the API server rejects the resource",
                    "minLength": 1,
                },
                {"x-rule": "invalid-name", "x-hint": WORDS, "pattern": f"^$|{SUBDOMAIN}", "maxLength": 253},
            ],
        },
        "namespace": {
            "type": "string",
            "allOf": [
                {
                    "x-rule": "invalid-name",
                    "x-hint": "use at most 63 lowercase letters, digits and `-`",
                    "pattern": f"^$|{DNS_LABEL}",
                    "maxLength": 63,
                }
            ],
        },
        "ownerReferences": {"type": "array"},
        "resourceVersion": TEXT,
        "selfLink": TEXT,
        "uid": TEXT,
    },
    "additionalProperties": False,
    "allOf": [
        {
            "x-rule": "missing-name",
            "x-message": "missing resource name; the API server rejects the resource",
            "x-hint": "add `metadata.name`, or `generateName` with `kubectl create`",
            "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
        }
    ],
}
