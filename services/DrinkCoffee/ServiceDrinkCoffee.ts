// The service side of DrinkCoffee: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { Drinking } from './DrinkCoffee.js';

export default defineService({
  // It is part of two contexts, conf/Context-StateMachine.xml and conf/Context-Sample.xml.
  serviceName: ['state_update', 'drink_espresso'],
  task: Drinking,
});
