"""Facts about Istio: annotations, MeshConfig fields, Envoy types. The tables are in schemas/."""
