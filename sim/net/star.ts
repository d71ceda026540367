// For importers of before there were other topologies.
export { starNetwork, type StarConfig } from './topology/star.ts';
