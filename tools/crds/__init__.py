"""CustomResourceDefinitions to the JSON Schemas in schemas/."""
