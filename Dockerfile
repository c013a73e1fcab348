# docker build --tag istiolint . && docker run --rm --network none --read-only --volume "$PWD:/work:ro" istiolint
FROM python:3.13-slim AS build
COPY . /source
RUN python -m venv /opt/istiolint \
    && /opt/istiolint/bin/pip install --no-cache-dir --quiet /source \
    && /opt/istiolint/bin/pip uninstall --quiet --yes pip \
    && /opt/istiolint/bin/python -m compileall -q /opt/istiolint

FROM python:3.13-slim
LABEL org.opencontainers.image.title="istiolint" \
      org.opencontainers.image.description="Static analysis for Istio" \
      org.opencontainers.image.source="https://github.com/OWNER/istiolint" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/istiolint /opt/istiolint
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/opt/istiolint/bin/istiolint"]
