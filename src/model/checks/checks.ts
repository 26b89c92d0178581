// The list of checks of a context. A new rule is one function and one line here.

import { bindsMatchEndpoints, endpointsDiffer } from './endpoints.js';
import { environmentsAreOfProcesses } from './environment.js';
import {
  commandElementsAreKnown,
  outputEventsFitReadiness,
  programsAreProcesses,
  readinessIsComplete,
} from './programs.js';
import { clientsAreUnique } from './security.js';
import { idsAreUnique, hasServices } from './services.js';
import {
  actionsHaveTargets,
  noUnintendedLoop,
  noEndlessStartLoop,
  onDemandServicesAreCalled,
  targetsExist,
  triggersCanFire,
} from './transitions.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';

export type Check = (context: LenientContext) => readonly Finding[];

/** In order of priority: of several findings about one value only the first is reported. */
export const CONTEXT_CHECKS: readonly Check[] = [
  endpointsDiffer,
  bindsMatchEndpoints,
  clientsAreUnique,
  idsAreUnique,
  commandElementsAreKnown,
  readinessIsComplete,
  outputEventsFitReadiness,
  programsAreProcesses,
  environmentsAreOfProcesses,
  actionsHaveTargets,
  targetsExist,
  noEndlessStartLoop,
  noUnintendedLoop,
  hasServices,
  onDemandServicesAreCalled,
  triggersCanFire,
];

export function runChecks(context: LenientContext): readonly Finding[] {
  return CONTEXT_CHECKS.flatMap((check) => check(context));
}
