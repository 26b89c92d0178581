// Checks across the endpoints of a context: which of them belong together.

import { meetingPoint, parseEndpoint, type Endpoint } from '../endpoint.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext, EndpointKey } from '../lenient-view.js';

/** sub_port and pub_port are two ports. */
export function endsDiffer(context: LenientContext): readonly Finding[] {
  const front = endpointOf(context, 'FrontEndEndpoint');
  const back = endpointOf(context, 'BackendEndpoint');
  if (front === undefined || back === undefined || meetingPoint(front) !== meetingPoint(back)) return [];
  const message = `BackendEndpoint has the ${meetingPoint(back)} of FrontEndEndpoint, allowed: another one`;
  return [{ path: ['BackendEndpoint'], message }];
}

/** Subscribers connect where the back is bound, publishers where the front is bound. */
export function bindsMeetTheirEndpoints(context: LenientContext): readonly Finding[] {
  return [
    ...bindMeetsEndpoint(context, 'FrontBind', 'BackendEndpoint'),
    ...bindMeetsEndpoint(context, 'BackendBind', 'FrontEndEndpoint'),
  ];
}

function bindMeetsEndpoint(
  context: LenientContext,
  bindKey: EndpointKey,
  endpointKey: EndpointKey,
): readonly Finding[] {
  const bind = endpointOf(context, bindKey);
  const endpoint = endpointOf(context, endpointKey);
  if (bind === undefined || endpoint === undefined || meetingPoint(bind) === meetingPoint(endpoint))
    return [];
  const wanted = `the ${meetingPoint(endpoint)} of ${endpointKey}`;
  return [{ path: [bindKey], message: `${bindKey} has ${meetingPoint(bind)}, allowed: ${wanted}` }];
}

function endpointOf({ endpoints }: LenientContext, key: EndpointKey): Endpoint | undefined {
  return parseEndpoint(endpoints.get(key) ?? '');
}
