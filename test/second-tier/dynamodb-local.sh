#!/bin/sh
# Fetches DynamoDB Local, for the second tier of the ledger's and the artifact's tests. Prints the folder.
exec sh "$(dirname "$0")/maven-jars.sh" dynamodb-local com.amazonaws DynamoDBLocal 2.6.1
