#!/bin/sh
# Fetches DynamoDB Local from Maven Central into a cache outside the repository, for the second tier of the ledger's
# tests. Prints the folder. Needs mvn; nothing else in the project needs it or what it fetches.
set -eu
version=2.6.1
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/dynamodb-local-$version"
if [ ! -f "$folder/lib/DynamoDBLocal-$version.jar" ]; then
  mkdir -p "$folder"
  cat >"$folder/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/lib" >&2
fi
echo "$folder/lib"
