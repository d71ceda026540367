/** At most `max` characters, the last an ellipsis if some are missing. White space becomes single spaces. */
export function shorten(text: string, max: number): string {
  const characters = [...text.replace(/\s+/g, ' ')];
  return characters.length <= max ? characters.join('') : `${characters.slice(0, max - 1).join('')}…`;
}
