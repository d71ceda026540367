/** Where to capture: everywhere. */
export const EVERYWHERE = 'all';

/**
 * Which locations of a network a place names: one of them (`switch.port(host[3])`), all parts of one (`switch`,
 * `host[3]`), all of a kind (`host`), or `all`.
 */
export function locationsAt(place: string, locations: readonly string[]): number[] {
  return [...locations.keys()].filter((where) => isPartOf(locations[where] as string, place));
}

function isPartOf(location: string, place: string): boolean {
  if (place === EVERYWHERE || location === place) return true;
  return location.startsWith(place) && ['.', '['].includes(location[place.length] as string);
}
