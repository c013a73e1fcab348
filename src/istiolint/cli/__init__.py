"""The command line: one group of commands whose default is to lint."""
