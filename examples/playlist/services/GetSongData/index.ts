// The entry point of the task service GetSongData, which the provider loads.

export { default } from './ServiceGetSongData.js';
export * from './GetSongData.js';
