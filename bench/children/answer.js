// Answers every request at once on a ROUTER: the least that a command and its answer can cost.

import { Router } from 'zeromq';

const router = new Router();
await router.bind('tcp://127.0.0.1:*');
process.send('ready');
process.once('message', () => process.send(router.lastEndpoint));
for await (const [peer, request] of router) {
  await router.send([peer, JSON.stringify({ ...JSON.parse(request.toString()), result: 'success' })]);
}
