// The list of what must hold in a context beyond its form; a new rule is one function and one line here.

import {
  bindsMeetTheirEndpoints,
  contextIdIsAnId,
  endpointsAreAddresses,
  endsDiffer,
} from './check-endpoints.js';
import { environmentsAreOfProcesses, variablesAreNamed } from './check-environment.js';
import { limitsAreLimits } from './check-limits.js';
import {
  commandsAreSingle,
  commandsAreWhole,
  outputEventsAreKnown,
  programsAreProcesses,
  readinessIsKnown,
  surroundingsAreKnown,
} from './check-programs.js';
import { clientsDiffer, keysAreKeys, rolesAreKnown } from './check-security.js';
import {
  idsAreIds,
  idsAreUnique,
  instancesAreIdentifiers,
  serviceNamesAreGiven,
  serviceTypesAreKnown,
  someServiceIsThere,
  supervisionIsInRange,
} from './check-services.js';
import {
  actionsAreKnown,
  actionsHaveTargets,
  entriesAreKnown,
  loopsAreIntended,
  noLoopStartsItself,
  onDemandServicesAreCalled,
  targetsExist,
  triggersCanFire,
} from './check-transitions.js';
import type { Finding } from './fault.js';
import type { ContextOutline } from './outline.js';

export type Check = (context: ContextOutline) => readonly Finding[];

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

export function runChecks(context: ContextOutline): readonly Finding[] {
  return CONTEXT_CHECKS.flatMap((check) => check(context));
}
