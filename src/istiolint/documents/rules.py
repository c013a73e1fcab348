"""The rules about YAML itself."""

from istiolint.rules.check import declare

declare("unreadable-file", severity="error", category="syntax")
declare("yaml-syntax", severity="error", category="syntax")
declare("yaml-too-deep", severity="error", category="syntax")
declare("yaml-alias-bomb", severity="error", category="syntax")
declare("duplicate-key", severity="error", category="syntax", rows=["PIPE-02"])
declare("unrendered-template", severity="info", category="syntax", default=False)
declare("unrendered-placeholder", severity="info", category="syntax", default=False)
