#!/bin/sh
# Fetches Apache Velocity, the engine of API Gateway's mapping templates, for the tests of the second tier. It brings along the
# commons-lang whose escapeJavaScript API Gateway has.
set -eu
exec sh "$(dirname "$0")/maven-jars.sh" velocity org.apache.velocity velocity 1.7
