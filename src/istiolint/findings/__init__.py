"""What a run reports: findings, places, fixes, and the report that contains them."""
