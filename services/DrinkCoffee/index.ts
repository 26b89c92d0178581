// The entry point of the task service DrinkCoffee, which the provider loads.

export { default } from './ServiceDrinkCoffee.js';
export * from './DrinkCoffee.js';
