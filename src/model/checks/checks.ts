// The list of what must hold in a context beyond its form; a new rule is one function and one line here.

import { bindsMeetTheirEndpoints, endsDiffer } from './endpoints.js';
import { environmentsAreOfProcesses } from './environment.js';
import {
  commandElementsAreKnown,
  outputEventsFitReadiness,
  programsAreProcesses,
  readinessIsComplete,
} from './programs.js';
import { clientsDiffer } from './security.js';
import { idsAreUnique, someServiceIsThere } from './services.js';
import {
  actionsHaveTargets,
  loopsAreIntended,
  noLoopStartsItself,
  onDemandServicesAreCalled,
  targetsExist,
  triggersCanFire,
} from './transitions.js';
import type { Finding } from '../../xml/fault.js';
import type { LenientContext } from '../lenient-view.js';

export type Check = (context: LenientContext) => readonly Finding[];

/** Of several findings about one value the first is told. */
export const CONTEXT_CHECKS: readonly Check[] = [
  endsDiffer,
  bindsMeetTheirEndpoints,
  clientsDiffer,
  idsAreUnique,
  commandElementsAreKnown,
  readinessIsComplete,
  outputEventsFitReadiness,
  programsAreProcesses,
  environmentsAreOfProcesses,
  actionsHaveTargets,
  targetsExist,
  noLoopStartsItself,
  loopsAreIntended,
  someServiceIsThere,
  onDemandServicesAreCalled,
  triggersCanFire,
];

export function runChecks(context: LenientContext): readonly Finding[] {
  return CONTEXT_CHECKS.flatMap((check) => check(context));
}
