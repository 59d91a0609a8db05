#!/bin/sh
# Checks the synthesized template with cfn-lint, fetched from PyPI into a cache outside the repository. Needs python3.
set -eu
version=1.58.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/cfn-lint-$version"
if [ ! -x "$folder/bin/cfn-lint" ]; then
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$version" >&2
fi
[ "${1:-}" = --fetch-only ] && exit 0
output="$(mktemp -d)"
# With all that can be had beside the rest, so that all of it is looked at.
npx cdk synth --quiet -c backfill=true --output "$output" >&2
# W3005: the CDK writes out dependencies that CloudFormation finds by itself.
"$folder/bin/cfn-lint" --ignore-checks W3005 -- "$output"/*.template.json
echo "cfn-lint: the template has no findings"
