"""Posts a signed message to the webhook intake of a relay, with nothing but Python's own library.

Set WEBHOOK_URL, the output `WebhookUrl` of the stack, and WEBHOOK_SECRET, the member `secret` of the secret that
`WebhookSecretName` names:

    WEBHOOK_URL=... WEBHOOK_SECRET=whsec_... python3 examples/publish/webhook.py
"""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request

ATTEMPTS = 3


def signed_headers(message_id, body, secret, now):
    """As Standard Webhooks has them: the base64 of an HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{now}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(now), "webhook-signature": f"v1,{signature}"}


def post(message_id, message):
    """Sends a message until the relay has it or refuses it. The same id each time, so that it is not executed twice."""
    body = json.dumps(message).encode()
    for attempt in range(ATTEMPTS):
        # Signed anew at each attempt: a signature is good for five minutes.
        headers = signed_headers(message_id, body, os.environ["WEBHOOK_SECRET"], int(time.time()))
        request = urllib.request.Request(
            os.environ["WEBHOOK_URL"] + "messages", body, {"content-type": "application/json", **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)["relayId"]
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise SystemExit(f"{message_id} was refused: {error.read().decode()}")
        except urllib.error.URLError:
            pass
        time.sleep(2**attempt)
    raise SystemExit(f"{message_id}: the relay did not answer")


if __name__ == "__main__":
    lead = {"email": "ada@example.com", "firstName": "Ada"}
    sync = {"path": "/rest/v1/leads.json", "body": {"lookupField": "email", "input": [lead]}}
    print(post("signup-4711", sync))
