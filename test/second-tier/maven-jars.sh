#!/bin/sh
# Fetches a jar and what it needs from Maven Central into a cache outside the repository, once, and prints the folder:
# maven-jars.sh NAME GROUP ARTIFACT VERSION. Needs mvn; nothing else in the project needs it or what it fetches.
set -eu
name="$1" group="$2" artifact="$3" version="$4"
folder="${XDG_CACHE_HOME:-$HOME/.cache}/marketo-relay/$name-$version"
if [ ! -f "$folder/lib/$artifact-$version.jar" ]; then
  mkdir -p "$folder"
  cat >"$folder/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>$name</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>$group</groupId>
      <artifactId>$artifact</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/lib" >&2
fi
echo "$folder/lib"
