#!/bin/sh
# Fetches ElasticMQ, an SQS server, from Maven Central into a cache outside the repository, for the second tier of the
# artifact test. Prints the folder. Needs mvn; nothing else in the project needs it or what it fetches.
set -eu
version=1.6.12
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/elasticmq-$version"
if [ ! -f "$folder/lib/elasticmq-server_2.13-$version.jar" ]; then
  mkdir -p "$folder"
  cat >"$folder/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_2.13</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/lib" >&2
fi
echo "$folder/lib"
