// An idle node process with zeromq loaded: what the weight of a provider is compared with.

import { Publisher } from 'zeromq';

const publisher = new Publisher();
process.send('ready');
process.on('disconnect', () => publisher.close());
