#!/bin/sh
# boto3 and the AWS command line, by which the examples publish: fetched from PyPI into a cache outside the repository, where
# the machine lacks one of them. Prints the folder of their commands. Needs python3.
set -eu
if aws --version >/dev/null 2>&1 && python3 -c 'import boto3' 2>/dev/null; then
  dirname "$(command -v aws)"
  exit 0
fi
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/aws-python-1.45.11"
if [ ! -x "$folder/bin/aws" ]; then
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check boto3==1.43.11 awscli==1.45.11 >&2
fi
echo "$folder/bin"
