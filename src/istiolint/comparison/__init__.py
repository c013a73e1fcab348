"""What an earlier state contained: baselines and git revisions."""
