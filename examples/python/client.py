"""A contextd client in Python: starts a transaction of the provider's context and follows it to its end.

Exit codes: 0 all services ended without failure, 1 a service failed or the start was rejected, 3 no provider accepts
the connection, 4 it has not replied.
"""

import argparse
import json
import sys
import time
import uuid
from pathlib import Path
from xml.etree import ElementTree

import zmq
from zmq.utils.monitor import recv_monitor_message

import seal

WAIT_S = 5
ANSWER_S = 60
AT_REST = {"defined", "stopped", "exited", "failed"}
REFUSALS = {
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "does not know your key: it needs a <Client> in its context file",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "is not secured: leave --key and --server_key away",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "has another key than --server_key or the context file says",
}
SECURED = "is secured: name your secret key file with --key, and its public key with --server_key"


def read_arguments():
    parser = argparse.ArgumentParser(description="Starts a transaction and follows it to its end.")
    context_file = Path(__file__).parent / "conf" / "Context-Python.xml"
    parser.add_argument("--context_file", default=context_file, help="the file with the addresses and the public key")
    parser.add_argument("--key", help="your secret key file, NAME.key_secret, for a secured provider")
    parser.add_argument("--server_key", help="the provider's public key, or its file")
    parser.add_argument("publish", nargs="?", help="its BackendEndpoint")
    parser.add_argument("subscribe", nargs="?", help="its FrontEndEndpoint")
    given = parser.parse_args()
    try:
        context = ElementTree.parse(given.context_file)
        security = context.find("Security")
        given.publish = given.publish or context.findtext("BackendEndpoint")
        given.subscribe = given.subscribe or context.findtext("FrontEndEndpoint")
        given.server_key = given.server_key or (None if security is None else security.get("public_key"))
    except (OSError, ElementTree.ParseError) as error:
        if not given.subscribe:
            parser.error(f"{given.context_file} cannot be read: {error}")
    return given


def await_subscriptions(publisher, monitor, topics, is_proven):
    """Waits for the subscriptions of `topics`, which XPUB receives as frames. Returns None, or the reason of a failure."""
    missing = {b"\x01" + f"{topic} @@@".encode() for topic in topics}
    deadline = time.monotonic() + WAIT_S
    poller = zmq.Poller()
    poller.register(publisher, zmq.POLLIN)
    poller.register(monitor, zmq.POLLIN)
    why = "does not answer"
    while missing:
        ready = dict(poller.poll(max(0, deadline - time.monotonic()) * 1000))
        if not ready:
            return why
        if publisher in ready:
            missing.discard(publisher.recv())
        if monitor in ready:
            event = recv_monitor_message(monitor)["event"]
            why = REFUSALS[event] if is_proven else SECURED
            if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                return why
    return None


def start(publisher, identity, transaction):
    """Sends a start without a configuration, so the provider uses its own context file. Returns the command's id."""
    message_id = str(uuid.uuid4())
    header = {
        "action": "start",
        "service_id": "",
        "service_name": "context",
        "service_transaction": transaction,
        "message_id": message_id,
    }
    frame = "context @@@ " + json.dumps({"header": header, "content": {"configuration": {}}})
    publisher.send(identity.seal(frame.encode()))
    return message_id


def follow(subscriber, identity, transaction, message_id):
    """Prints all events until no service of the transaction runs; returns the exit code.

    The reply is authenticated. Events on `control` are not: any accepted client can publish them.
    """
    is_answered = False
    tasks = []
    while True:
        if not is_answered and not subscriber.poll(ANSWER_S * 1000):
            print("no answer to start", file=sys.stderr)
            return 4
        frame = subscriber.recv()
        body = json.loads(frame.split(b" @@@ ", 1)[1])
        header, content = body["header"], body["content"]
        if header.get("in_reply_to") == message_id and identity.is_from_provider(frame):
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
    given = read_arguments()
    identity = seal.of_client(given.key, given.server_key)
    context = zmq.Context.instance()
    transaction = uuid.uuid4().hex[:20].upper()
    publisher = context.socket(zmq.XPUB)
    publisher.setsockopt(zmq.LINGER, 1000)
    identity.protect(publisher)
    monitor = publisher.get_monitor_socket(sum(REFUSALS))
    publisher.connect(given.publish)
    subscriber = context.socket(zmq.SUB)
    identity.protect(subscriber)
    # The last topic is unique: once its subscription has arrived, the earlier ones are in effect as well.
    echo = f"echo.{transaction}"
    for topic in ("control", "state", echo):
        subscriber.setsockopt_string(zmq.SUBSCRIBE, f"{topic} @@@")
    subscriber.connect(given.subscribe)
    fault = await_subscriptions(publisher, monitor, ["context", echo], is_proven=bool(given.key))
    if fault is not None:
        print(f"the provider at {given.publish} {fault}", file=sys.stderr)
        context.destroy(linger=0)
        return 3
    publisher.disable_monitor()
    print("transaction", transaction, flush=True)
    return follow(subscriber, identity, transaction, start(publisher, identity, transaction))


sys.exit(main())
