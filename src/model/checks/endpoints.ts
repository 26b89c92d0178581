// Checks across the endpoints of a context: which of them belong together.

import { socketAddress, parseEndpoint, type Endpoint } from '../endpoint.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext, EndpointKey } from '../lenient-view.js';

/** Subscribers and publishers must use different ports. */
export function endpointsDiffer(context: LenientContext): readonly Finding[] {
  const front = endpointOf(context, 'FrontEndEndpoint');
  const back = endpointOf(context, 'BackendEndpoint');
  if (front === undefined || back === undefined || socketAddress(front) !== socketAddress(back)) return [];
  const message = `BackendEndpoint has the ${socketAddress(back)} of FrontEndEndpoint, allowed: another one`;
  return [{ path: ['BackendEndpoint'], message }];
}

/** Publishers connect to the frontend bind (BackendEndpoint), subscribers to the backend bind (FrontEndEndpoint). */
export function bindsMatchEndpoints(context: LenientContext): readonly Finding[] {
  return [
    ...bindMatchesEndpoint(context, 'FrontBind', 'BackendEndpoint'),
    ...bindMatchesEndpoint(context, 'BackendBind', 'FrontEndEndpoint'),
  ];
}

function bindMatchesEndpoint(
  context: LenientContext,
  bindKey: EndpointKey,
  endpointKey: EndpointKey,
): readonly Finding[] {
  const bind = endpointOf(context, bindKey);
  const endpoint = endpointOf(context, endpointKey);
  if (bind === undefined || endpoint === undefined || socketAddress(bind) === socketAddress(endpoint))
    return [];
  const wanted = `the ${socketAddress(endpoint)} of ${endpointKey}`;
  return [{ path: [bindKey], message: `${bindKey} has ${socketAddress(bind)}, allowed: ${wanted}` }];
}

function endpointOf({ endpoints }: LenientContext, key: EndpointKey): Endpoint | undefined {
  return parseEndpoint(endpoints.get(key) ?? '');
}
