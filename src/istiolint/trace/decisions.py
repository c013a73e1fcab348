"""Steps for the AuthorizationPolicies that apply but do not decide a request."""

from collections.abc import Sequence

from istiolint.resources.resource import Resource
from istiolint.trace.policies import Arrival, Decision, Policies
from istiolint.trace.steps import Steps


def explain(policies: Policies, applying: Sequence[Resource], arrival: Arrival, decision: Decision, steps: Steps) -> None:
    """Add a step for each rule that was compared with the request and does not match it."""
    denied_by_rule = not decision.allowed and decision.policy is not None
    compared = [] if denied_by_rule else ["DENY"]
    compared += ["ALLOW"] if not decision.allowed and not denied_by_rule else []
    for action in compared:
        for policy, answer in policies.reasons(applying, action, arrival):
            if answer.matches is False:
                words = f"{policy.title} does not {'deny' if action == 'DENY' else 'allow'} it: {answer.words}"
                steps.add("server", words, answer.at, kind="rejected")
