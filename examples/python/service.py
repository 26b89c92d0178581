"""A contextd task service in Python that reports the load of the machine and needs only ZeroMQ.

A provider runs it (<command> with <ready>heartbeat</ready>) and passes its ids in the environment.
Its messages are described in docs/programs.md, "A service in another language".
"""

import json
import os
import signal
import time
import uuid
from datetime import datetime, timezone

import zmq

import seal

TRANSACTION = os.environ["CONTEXTD_TRANSACTION"]
SERVICE_ID = os.environ["CONTEXTD_SERVICE_ID"]
SERVICE_NAME = os.environ["CONTEXTD_SERVICE_NAME"]
DEVICE_ACTION = os.environ["CONTEXTD_DEVICE_ACTION"]
HEARTBEAT_S = float(os.environ["CONTEXTD_HEARTBEAT_S"])
# The pid of the service, which is the pid of the shim around this process.
PID = int(os.environ["CONTEXTD_PID"])
# Identifies this run in messages.
RUN_TOKEN = os.environ["CONTEXTD_RUN_TOKEN"]

# A dot within an id is %2E in a topic.
TOPIC = ".".join(each.replace(".", "%2E") for each in (TRANSACTION, SERVICE_ID))
COMMANDS = f"process.{TOPIC}"
HEARTBEATS = f"heartbeat.{TOPIC}"
# How long to wait for the acknowledgement of the final event.
ACKNOWLEDGE_S = 1.0
# The longest delay until a signal is handled.
POLL_S = 0.1


def now():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


class Bus:
    """One socket to publish, one to receive. The first subscription to `control` shows that a provider is connected."""

    def __init__(self, identity):
        context = zmq.Context.instance()
        self.identity = identity
        self.sender = str(uuid.uuid4())
        # An XPUB socket receives subscriptions as frames.
        self.publisher = context.socket(zmq.XPUB)
        self.publisher.setsockopt(zmq.XPUB_VERBOSE, 1)
        self.publisher.setsockopt(zmq.LINGER, 1000)
        identity.protect(self.publisher)
        self.publisher.connect(os.environ["CONTEXTD_PUBLISH"])
        self.subscriber = context.socket(zmq.SUB)
        identity.protect(self.subscriber)
        self.subscriber.setsockopt_string(zmq.SUBSCRIBE, f"{COMMANDS} @@@")
        self.subscriber.connect(os.environ["CONTEXTD_SUBSCRIBE"])
        self.poller = zmq.Poller()
        self.poller.register(self.publisher, zmq.POLLIN)
        self.poller.register(self.subscriber, zmq.POLLIN)

    def publish(self, topic, body):
        self.publisher.send(self.identity.seal(f"{topic} @@@ {json.dumps(body)}".encode()))

    def receive(self, seconds):
        """Yields what arrives within this time: 'subscribed' (to control), or a command's action, header and configuration."""
        for socket, _ in self.poller.poll(max(0, seconds) * 1000):
            frame = socket.recv()
            if socket is self.publisher:
                if frame == b"\x01control @@@":
                    yield "subscribed", {}, {}
                continue
            if not self.identity.is_from_provider(frame):
                print("ignored a command that the provider has not signed", flush=True)
                continue
            try:
                message = json.loads(frame.split(b" @@@ ", 1)[1])["Task"]["message"]
                command = message["header"]["action"], message["header"], message["content"]["configuration"]
            except (ValueError, LookupError, TypeError) as error:
                print(f"a frame was dropped: {error!r}", flush=True)  # Invalid frames must not end the loop.
                continue
            if command[1].get("service_id") in (SERVICE_ID, None) and command[1].get("transaction") in (TRANSACTION, None):
                yield command


class Service:
    def __init__(self, bus):
        self.bus = bus
        self.seq = 0
        self.state = "created"
        self.is_ready = False
        self.cause = None
        self.started_at = now()

    def report(self, action, **items):
        self.seq += 1
        self.state = action
        self.is_ready = self.is_ready or action == "started"
        header = {
            "action": action,
            "service_id": SERVICE_ID,
            "service_name": SERVICE_NAME,
            "service_transaction": TRANSACTION,
            "seq": self.seq,
            "sent_at": now(),
            "sender": self.bus.sender,
            "run_token": RUN_TOKEN,
            **({"cause": self.cause} if self.cause else {}),
        }
        result = "failure" if action == "failed" else "success"
        status = {**items, "result": result, "device_action": DEVICE_ACTION, "pid": PID}
        self.bus.publish("control", {"header": header, "content": {"status": status}})

    def beat(self):
        """Publishes a heartbeat, which contains the state that a new provider needs."""
        header = {
            "service_id": SERVICE_ID,
            "service_transaction": TRANSACTION,
            "sender": self.bus.sender,
            "run_token": RUN_TOKEN,
        }
        content = {
            "pid": PID,
            "started_at": self.started_at,
            "state": self.state,
            "seq": self.seq,
            "ready": self.is_ready,
            "event_loop_lag_ms": 0,
        }
        self.bus.publish(HEARTBEATS, {"header": header, "content": content})

    def report_final(self, action, **items):
        """Reports the final event and waits for its acknowledgement."""
        self.report(action, **items)
        deadline = time.monotonic() + ACKNOWLEDGE_S
        while time.monotonic() < deadline:
            for what, header, _ in self.bus.receive(POLL_S):
                if what == "acknowledge" and header.get("acknowledges") == self.seq:
                    return


def main():
    is_asked_to_stop = False

    def stop(*_):
        nonlocal is_asked_to_stop
        is_asked_to_stop = True

    signal.signal(signal.SIGTERM, stop)
    bus = Bus(seal.of_service())
    service = Service(bus)
    configuration = None
    readings = 0
    next_beat = next_reading = float("inf")

    while not is_asked_to_stop:
        for what, header, content in bus.receive(min(POLL_S, next_beat - time.monotonic())):
            if what == "subscribed":
                # A provider has connected: the first one, or the next one after a crash.
                if service.seq == 0:
                    service.report("created")
                service.beat()
                next_beat = time.monotonic() + HEARTBEAT_S
            elif what == "start" and configuration is None:
                configuration = content
                service.cause = header.get("message_id")
                service.report("started")
                next_reading = time.monotonic()
            elif what == "stop":
                service.cause = header.get("message_id")
                is_asked_to_stop = True
        if time.monotonic() >= next_beat:
            service.beat()
            next_beat = time.monotonic() + HEARTBEAT_S
        if time.monotonic() >= next_reading and not is_asked_to_stop:
            load = os.getloadavg()[0]
            print(f"load {load}", flush=True)
            service.report("updated", load=load)
            readings += 1
            next_reading = time.monotonic() + float(configuration.get("every_s") or 1)
            if readings == int(configuration.get("readings") or 0):
                service.report_final("exited", readings=readings)
                return
    service.report_final("stopped", readings=readings)


main()
