#!/bin/sh
# DuckDB, which reads the journal by the SQL of docs/journal.md: fetched from npm into a cache outside the repository, and needed by nothing else.
# Prints the folder.
set -eu
version=1.5.6-r.1
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/duckdb-$version"
if [ ! -d "$folder/node_modules/@duckdb/node-api" ]; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --no-save --silent "@duckdb/node-api@$version" >&2
fi
echo "$folder"
