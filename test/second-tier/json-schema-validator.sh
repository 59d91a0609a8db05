#!/bin/sh
# Fetches the validator of JSON Schema draft 4 in whose words API Gateway refuses a body, for the tests of the second tier.
set -eu
exec sh "$(dirname "$0")/maven-jars.sh" json-schema-validator com.github.java-json-tools json-schema-validator 2.2.14
