// The list of what must hold in a context beyond its form; a new rule is one function and one line here.

import { bindsMeetTheirEndpoints, contextIdIsAnId, endpointsAreAddresses, endsDiffer } from './endpoints.js';
import { environmentsAreOfProcesses, variablesAreNamed } from '../check-environment.js';
import { limitsAreLimits } from './limits.js';
import {
  commandsAreSingle,
  commandsAreWhole,
  outputEventsAreKnown,
  programsAreProcesses,
  readinessIsKnown,
  surroundingsAreKnown,
} from './programs.js';
import { clientsDiffer, keysAreKeys, rolesAreKnown } from './security.js';
import {
  idsAreIds,
  idsAreUnique,
  instancesAreIdentifiers,
  serviceNamesAreGiven,
  serviceTypesAreKnown,
  someServiceIsThere,
  supervisionIsInRange,
} from './services.js';
import {
  actionsAreKnown,
  actionsHaveTargets,
  entriesAreKnown,
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
  endpointsAreAddresses,
  endsDiffer,
  bindsMeetTheirEndpoints,
  contextIdIsAnId,
  keysAreKeys,
  rolesAreKnown,
  clientsDiffer,
  idsAreIds,
  idsAreUnique,
  instancesAreIdentifiers,
  serviceTypesAreKnown,
  serviceNamesAreGiven,
  supervisionIsInRange,
  limitsAreLimits,
  commandsAreSingle,
  commandsAreWhole,
  readinessIsKnown,
  outputEventsAreKnown,
  surroundingsAreKnown,
  variablesAreNamed,
  programsAreProcesses,
  environmentsAreOfProcesses,
  entriesAreKnown,
  actionsAreKnown,
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
