#!/bin/sh
# Publishes requests with the AWS command line. Set QUEUE_URL, the output `QueueUrl` of the stack:
#
#     QUEUE_URL=... sh examples/publish/publish.sh
set -eu

publish() {
  aws sqs send-message --queue-url "$QUEUE_URL" --message-body "$1" --query MessageId --output text
}

publish '{
  "path": "/rest/v1/leads.json",
  "body": { "action": "createOrUpdate", "lookupField": "email", "input": [{ "email": "ada@example.com", "firstName": "Ada" }] }
}'
publish '{ "path": "/rest/v1/lists/1001/leads.json", "body": { "input": [{ "id": 1001 }] } }'
publish '{
  "id": "order-4711-thanks",
  "path": "/rest/v1/campaigns/1001/trigger.json",
  "body": { "input": { "leads": [{ "id": 1001 }], "tokens": [{ "name": "{{my.order}}", "value": "4711" }] } }
}'
