#!/bin/sh
# The package as others get it: packed, looked over by publint and attw, and installed into an empty project outside of
# the repository, where an ES module and a CommonJS one type-check, synthesize, publish and start the fake Marketo, without
# esbuild and on the Node that is first on the path. Then what the packed function delivers is tried.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Not the one that the repository installs: `engines` speaks of what a consumer has.
node="$(command -v node)"
node24="$root/node_modules/.bin"
tools="$root/test/package/node_modules/.bin"
lowest() { "$node" -p "require('$root/package.json').peerDependencies['$1'].replace('^', '')"; }
tested() { "$node" -p "require('$root/package.json').devDependencies['$1']"; }

[ -d "$root/test/package/node_modules" ] || npm ci --prefix "$root/test/package" >/dev/null
cd "$root"
tarball="$scratch/$(PATH="$node24:$PATH" npm pack --silent --pack-destination "$scratch" | tail -1)"
"$tools/publint" run "$tarball" --strict
PATH="$node24:$PATH" "$tools/attw" "$tarball" --no-color --exclude-entrypoints ./message.schema.json ./result.schema.json

cp -r "$root/test/package/consumer" "$scratch/consumer"
cd "$scratch/consumer"
# Peers by the lowest versions that the package allows first, then by those that the repository is tested with.
install() { npm install --no-save --no-audit --no-fund --ignore-scripts --prefer-offline "$tarball" @types/node@20 "$@" >/dev/null; }
run() {
  for module in out/esm.mjs out/cjs.cjs; do
    "$node" "$module"
    echo "$module ran on Node $("$node" --version), aws-cdk-lib $("$node" -p "require('aws-cdk-lib/package.json').version")"
  done
  if [ -e node_modules/.bin/relay ]; then echo "relay $("$node" node_modules/.bin/relay --version)"; fi
  cmp cdk.out.esm/MarketoRelay.template.json cdk.out.cjs/MarketoRelay.template.json
}

install "aws-cdk-lib@$(lowest aws-cdk-lib)" "constructs@$(lowest constructs)"
[ ! -e node_modules/esbuild ] || { echo "the consumer has esbuild: nothing is shown by what follows"; exit 1; }
"$tools/tsc" --project . --skipLibCheck
# Without skipLibCheck aws-cdk-lib's own declarations have errors under exactOptionalPropertyTypes; the relay's have none.
"$node24/tsc" --project . --noEmit --skipLibCheck false >"$scratch/types.txt" || true
if grep -E '^(node_modules/marketo-relay/|esm\.mts|cjs\.cts)' "$scratch/types.txt"; then exit 1; fi
echo "types: $(grep -c '^node_modules/' "$scratch/types.txt") errors in declarations of others, none in the relay's"
run
install "aws-cdk-lib@$(tested aws-cdk-lib)" "constructs@$(tested constructs)"
run

cd "$root"
ARTIFACT_ASSEMBLY="$scratch/consumer/cdk.out.esm" PATH="$node24:$PATH" npx vitest run test/artifact/artifact.test.ts
