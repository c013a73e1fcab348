"""What the authors of a manifest ask not to be told: comments, and annotations of resources."""

from istiolint.suppression.ledger import Ledger, Suppressed

__all__ = ["Ledger", "Suppressed"]
