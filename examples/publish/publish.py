"""Publishes requests with boto3, ten at a time. Set QUEUE_URL, the output `QueueUrl` of the stack:

    QUEUE_URL=... python3 examples/publish/publish.py
"""

import json
import os
import sys
import time
import uuid

import boto3

MAX_ROUNDS = 4
MAX_ENTRIES = 10
MAX_BYTES = 1_048_576


def batches(entries):
    """As many entries as one request takes: ten, and 1 MiB in all."""
    batch, size = [], 0
    for entry in entries:
        entry_bytes = len(entry["MessageBody"].encode())
        if batch and (len(batch) == MAX_ENTRIES or size + entry_bytes > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry_bytes
    if batch:
        yield batch


def publish(sqs, queue_url, messages):
    """Sends the messages, and again what SQS refused for a reason of its own. Returns what it refused in the end."""
    entries = [
        # An id of its own: a message that is sent twice is not executed twice.
        {"Id": str(index), "MessageBody": json.dumps({"id": str(uuid.uuid4()), **message})}
        for index, message in enumerate(messages)
    ]
    refused = []
    for round_number in range(MAX_ROUNDS):
        again = []
        for batch in batches(entries):
            failed = sqs.send_message_batch(QueueUrl=queue_url, Entries=batch).get("Failed", [])
            refused += [one for one in failed if one["SenderFault"]]
            retried = {one["Id"] for one in failed if not one["SenderFault"]}
            again += [entry for entry in batch if entry["Id"] in retried]
        if not again:
            return refused
        entries = again
        time.sleep(0.1 * 2**round_number)
    return refused + [{"Id": entry["Id"], "Code": "Refused"} for entry in entries]


def main():
    refused = publish(
        boto3.client("sqs"),
        os.environ["QUEUE_URL"],
        [
            {
                "path": "/rest/v1/leads.json",
                "body": {
                    "action": "createOrUpdate",
                    "lookupField": "email",
                    "input": [{"email": "ada@example.com", "firstName": "Ada"}],
                },
            },
            {"path": "/rest/v1/lists/1001/leads.json", "body": {"input": [{"id": 1001}]}},
            {
                "id": "order-4711-thanks",
                "path": "/rest/v1/campaigns/1001/trigger.json",
                "body": {"input": {"leads": [{"id": 1001}], "tokens": [{"name": "{{my.order}}", "value": "4711"}]}},
            },
        ],
    )
    for one in refused:
        print(f"{one['Id']}: {one['Code']}", file=sys.stderr)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
