"""Rules about YAML syntax. The parser in istiolint.documents reports them by their ids."""
