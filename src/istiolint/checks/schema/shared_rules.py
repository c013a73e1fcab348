"""Rules about fields that several kinds have, each with functions of its own (`further_check`)."""

from istiolint.rules.check import declare

INVALID_HOST = declare("invalid-host", severity="error", category="validation", fixable=True)
INVALID_PORT = declare("invalid-port", severity="error", category="validation")
INVALID_PORT_NAME = declare("invalid-port-name", severity="error", category="validation")
UNKNOWN_PROTOCOL = declare("unknown-protocol", severity="error", category="validation", fixable=True)
DUPLICATE_PORT = declare("duplicate-port", severity="error", category="validation")
UNSUPPORTED_TARGET_PORT = declare("unsupported-target-port", severity="error", category="validation")
EMPTY_FIELD = declare("empty-field", severity="error", category="validation")
INVALID_SUBSET_NAME = declare("invalid-subset-name", severity="error", category="validation")
INVALID_BIND = declare("invalid-bind", severity="error", category="validation")
INVALID_PERCENTAGE = declare("invalid-percentage", severity="error", category="validation")
INVALID_LABEL = declare("invalid-label", severity="error", category="validation")
DUPLICATE_NAME = declare("duplicate-name", severity="error", category="validation")
INVALID_ADDRESS = declare("invalid-address", severity="error", category="validation")
INVALID_SERVICE_ACCOUNT = declare("invalid-service-account", severity="error", category="validation")
INVALID_TRUST_DOMAIN = declare("invalid-trust-domain", severity="error", category="validation")
INVALID_PATH_TEMPLATE = declare("invalid-path-template", severity="error", category="validation")
CONDITION_WITHOUT_CONTENT = declare("condition-without-content", severity="error", category="validation")
INVALID_HEADER_NAME = declare("invalid-header-name", severity="error", category="validation")
