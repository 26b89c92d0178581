// Checks of a context's endpoints and of its id.

import { ID_RULE, isId } from '../../base/ids.js';
import { ENDPOINT_RULE, meetingPoint, parseEndpoint, type Endpoint } from '../endpoint.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext, EndpointKey } from '../lenient-view.js';

export function endpointsAreAddresses({ endpoints }: LenientContext): readonly Finding[] {
  return [...endpoints].flatMap(([key, text]): readonly Finding[] => {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined) {
      return [
        { path: [key], message: `${key} "${text}", allowed: ${ENDPOINT_RULE}`, hint: hintAtEndpoint(text) },
      ];
    }
    if (isBind(key) || endpoint.kind === 'ipc' || endpoint.host !== '*') return [];
    const message = `${key} "${text}", allowed: a host to connect to; "*" is for binds`;
    return [{ path: [key], message, hint: `write tcp://127.0.0.1:${endpoint.port}` }];
  });
}

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

export function contextIdIsAnId({ contextId }: LenientContext): readonly Finding[] {
  if (isId(contextId)) return [];
  return [{ path: ['ContextID'], message: `ContextID "${contextId}", allowed: ${ID_RULE}` }];
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

function isBind(key: EndpointKey): boolean {
  return key === 'FrontBind' || key === 'BackendBind';
}

function hintAtEndpoint(text: string): string | undefined {
  if (text.startsWith('inproc:')) return 'inproc reaches only one process; use ipc:// on one machine';
  const repaired = [`tcp://${text}`, text.replace(/^\w+:\/*/, 'tcp://')].find((other) =>
    parseEndpoint(other),
  );
  return repaired === undefined ? undefined : `did you mean "${repaired}"?`;
}
