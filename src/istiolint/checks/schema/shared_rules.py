"""Rules about fields of several kinds, each with separate functions (`further_check`)."""

from istiolint.rules.check import declare

INVALID_HOST = declare("invalid-host", severity="error", topic="schema", fixable=True)
INVALID_PORT = declare("invalid-port", severity="error", topic="schema")
INVALID_PORT_NAME = declare("invalid-port-name", severity="error", topic="schema")
UNKNOWN_PROTOCOL = declare("unknown-protocol", severity="error", topic="schema", fixable=True)
DUPLICATE_PORT = declare("duplicate-port", severity="error", topic="schema")
UNSUPPORTED_TARGET_PORT = declare("unsupported-target-port", severity="error", topic="schema")
EMPTY_FIELD = declare("empty-field", severity="error", topic="schema")
INVALID_SUBSET_NAME = declare("invalid-subset-name", severity="error", topic="schema")
INVALID_BIND = declare("invalid-bind", severity="error", topic="schema")
INVALID_PERCENTAGE = declare("invalid-percentage", severity="error", topic="schema")
INVALID_LABEL = declare("invalid-label", severity="error", topic="schema")
DUPLICATE_NAME = declare("duplicate-name", severity="error", topic="schema")
INVALID_ADDRESS = declare("invalid-address", severity="error", topic="schema")
INVALID_SERVICE_ACCOUNT = declare("invalid-service-account", severity="error", topic="schema")
INVALID_TRUST_DOMAIN = declare("invalid-trust-domain", severity="error", topic="schema")
INVALID_PATH_TEMPLATE = declare("invalid-path-template", severity="error", topic="schema")
CONDITION_WITHOUT_CONTENT = declare("condition-without-content", severity="error", topic="schema")
INVALID_HEADER_NAME = declare("invalid-header-name", severity="error", topic="schema")
