"""The rules about YAML itself."""

from istiolint.rules.check import declare

declare("unreadable-file", severity="error", topic="syntax")
declare("yaml-syntax", severity="error", topic="syntax")
declare("yaml-too-deep", severity="error", topic="syntax")
declare("yaml-alias-bomb", severity="error", topic="syntax")
declare("duplicate-key", severity="error", topic="syntax", rows=["PIPE-02"])
declare("unrendered-template", severity="info", topic="syntax", default=False)
declare("unrendered-placeholder", severity="info", topic="syntax", default=False)
