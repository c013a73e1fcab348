"""Checks of field values that many kinds share, in addition to those of the schema."""
