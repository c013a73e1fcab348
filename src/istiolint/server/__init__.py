"""The language server: findings, completion, hover and navigation for editors."""
