// The least that a service on a bus needs: loads zeromq, connects a SUB and a PUB, says ready, waits for its end.

import { Publisher, Subscriber } from 'zeromq';

const [subscribe, publish] = process.argv.slice(2);
const subscriber = new Subscriber();
subscriber.connect(subscribe);
subscriber.subscribe('nothing @@@');
const publisher = new Publisher();
publisher.connect(publish);
process.send('ready');
// Keeps the process alive, as reading does.
await subscriber.receive();
