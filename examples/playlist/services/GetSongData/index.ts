// The door of the task service GetSongData: what the provider loads.

export { default } from './ServiceGetSongData.js';
export * from './GetSongData.js';
