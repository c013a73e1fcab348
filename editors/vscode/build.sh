#!/usr/bin/env bash
# Check, test and package the extension: editors/vscode/build.sh; the result is editors/vscode/istiolint-VERSION.vsix.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
npm run --silent check
npm run --silent lint
npm run --silent test
rm -rf dist && mkdir -p dist/schemas
cp ../../schemas/istiolint-config.schema.json ../../schemas/istiolint-test.schema.json dist/schemas/
cp ../../LICENSE LICENSE
npm run --silent bundle
npx vsce package --no-dependencies --allow-missing-repository --skip-license
rm -f LICENSE
