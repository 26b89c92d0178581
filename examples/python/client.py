"""A contextd client in Python: starts a transaction of the provider's context and follows it to its end.

Usage: client.py [PUBLISH [SUBSCRIBE]], the provider's BackendEndpoint and FrontEndEndpoint.
Exit codes: 0 all services ended well, 1 one failed or the start was refused, 3 there is no provider.
"""

import json
import sys
import time
import uuid

import zmq

PUBLISH, SUBSCRIBE = (sys.argv[1:] + ["tcp://127.0.0.1:5557", "tcp://127.0.0.1:5556"][len(sys.argv) - 1 :])[:2]
WAIT_S = 5
AT_REST = {"defined", "stopped", "exited", "failed"}


def wait_until_wanted(publisher, *topics):
    """XPUB: subscriptions arrive as frames. False when those of `topics` have not come in time."""
    missing = {b"\x01" + f"{topic} @@@".encode() for topic in topics}
    deadline = time.monotonic() + WAIT_S
    while missing and publisher.poll(max(0, deadline - time.monotonic()) * 1000):
        missing.discard(publisher.recv())
    return not missing


def start(publisher, transaction):
    """Without a configuration the provider takes its own context file. Returns the command's id."""
    message_id = str(uuid.uuid4())
    header = {
        "action": "start",
        "service_id": "",
        "service_name": "context",
        "service_transaction": transaction,
        "message_id": message_id,
    }
    publisher.send_string("context @@@ " + json.dumps({"header": header, "content": {"configuration": {}}}))
    return message_id


def follow(subscriber, transaction, message_id):
    """Prints what happens until no service of the transaction runs any more; returns the exit code."""
    is_answered = False
    tasks = []
    while True:
        body = json.loads(subscriber.recv().split(b" @@@ ", 1)[1])
        header, content = body["header"], body["content"]
        if header.get("in_reply_to") == message_id:
            is_answered = True
            print("start:", content["status"]["result"], flush=True)
            if content["status"]["result"] == "failure":
                print(content["status"]["error"]["message"], file=sys.stderr)
                return 1
        elif header["action"] == "update" and header["service_name"] == "context":
            for transactions in content["status"]["data"]:
                tasks = transactions.get(transaction, {}).get("tasks", tasks)
        elif header.get("service_transaction") == transaction and "status" in content and "seq" in header:
            own = ("result", "device_action", "pid")
            items = {key: value for key, value in content["status"].items() if key not in own}
            print(header["service_id"], header["action"], json.dumps(items) if items else "", flush=True)
        if is_answered and tasks and all(task["status"] in AT_REST for task in tasks):
            return 1 if any(task["status"] == "failed" for task in tasks) else 0


def main():
    context = zmq.Context.instance()
    transaction = uuid.uuid4().hex[:20].upper()
    publisher = context.socket(zmq.XPUB)
    publisher.setsockopt(zmq.LINGER, 1000)
    publisher.connect(PUBLISH)
    subscriber = context.socket(zmq.SUB)
    # Nobody else listens to the last one: when it is wanted, those before it are in effect as well.
    echo = f"echo.{transaction}"
    for topic in ("control", "state", echo):
        subscriber.setsockopt_string(zmq.SUBSCRIBE, f"{topic} @@@")
    subscriber.connect(SUBSCRIBE)
    if not wait_until_wanted(publisher, "context", echo):
        print(f"no provider at {PUBLISH}", file=sys.stderr)
        context.destroy(linger=0)
        return 3
    print("transaction", transaction, flush=True)
    return follow(subscriber, transaction, start(publisher, transaction))


sys.exit(main())
