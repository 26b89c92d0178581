// What other managers run in place of a service: as the bare child, but it says that it is ready by a file of its pid.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Publisher, Subscriber } from 'zeromq';

const { READY_FOLDER, SUBSCRIBE, PUBLISH } = process.env;
const subscriber = new Subscriber();
subscriber.connect(SUBSCRIBE);
subscriber.subscribe('nothing @@@');
const publisher = new Publisher();
publisher.connect(PUBLISH);
writeFileSync(join(READY_FOLDER, String(process.pid)), '');
await subscriber.receive();
