#!/bin/sh
# Posts a signed message to the webhook intake of a relay, with curl and openssl. Set WEBHOOK_URL, the output `WebhookUrl` of the
# stack, and WEBHOOK_SECRET, the member `secret` of the secret that `WebhookSecretName` names:
#
#     WEBHOOK_URL=... WEBHOOK_SECRET=whsec_... sh examples/publish/webhook.sh
set -eu

# The key is what the base64 of the secret stands for.
key="$(printf %s "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')"

# post ID MESSAGE: prints the answer, and fails when it is not a 202.
post() {
  now="$(date +%s)"
  signature="$(printf %s "$1.$now.$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)"
  curl --silent --show-error --fail-with-body --max-time 30 "${WEBHOOK_URL}messages" --data-binary "$2" \
    -H 'content-type: application/json' \
    -H "webhook-id: $1" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature"
}

post signup-4711 '{
  "path": "/rest/v1/leads.json",
  "body": { "lookupField": "email", "input": [{ "email": "ada@example.com", "firstName": "Ada" }] }
}'
