"""Checks of field values that many kinds share, beside those of the schema."""
