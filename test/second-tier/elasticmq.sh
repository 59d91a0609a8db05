#!/bin/sh
# Fetches ElasticMQ, an SQS server, for the second tier of the artifact test. Prints the folder.
exec sh "$(dirname "$0")/maven-jars.sh" elasticmq org.elasticmq elasticmq-server_2.13 1.6.12
