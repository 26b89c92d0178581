// The service DrinkCoffee: its service names and its task.

import { defineService } from 'contextd/task';
import { Drinking } from './DrinkCoffee.js';

export default defineService({
  // The names in conf/Context-StateMachine.xml and conf/Context-Sample.xml.
  serviceName: ['state_update', 'drink_espresso'],
  task: Drinking,
});
