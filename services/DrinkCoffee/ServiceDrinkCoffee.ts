// The service side of DrinkCoffee: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { Drinking } from './DrinkCoffee.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'drink_espresso',
  task: Drinking,
});
