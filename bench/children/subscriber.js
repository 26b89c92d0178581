// Subscribes to a topic and reads it, until it is stopped and reads nothing.

import { Subscriber } from 'zeromq';

const [subscribe, topic] = process.argv.slice(2);
const subscriber = new Subscriber({ receiveHighWaterMark: 1000 });
subscriber.connect(subscribe);
subscriber.subscribe(topic);
await subscriber.receive();
process.send('ready');
for (;;) await subscriber.receive();
