#!/bin/sh
# The API reference from the docblocks, into docs/api: fails at a warning.
set -eu
cd "$(dirname "$0")/../.."
[ -d test/package/node_modules ] || npm ci --prefix test/package >/dev/null
node_modules/.bin/node test/package/node_modules/typedoc/bin/typedoc
