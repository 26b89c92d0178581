// The door of the task service DrinkCoffee: what the provider loads.

export { default } from './ServiceDrinkCoffee.js';
export * from './DrinkCoffee.js';
