const PLAIN = /^[\w@%+=:,./-]+$/;

/** Words as a POSIX shell reads them back. */
export function shellCommand(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
