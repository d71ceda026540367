/**
 * In YAML's flow style (`{ on: link(host[3]) }`) a bracket ends a plain scalar, and so would the brackets of our
 * selectors. Before YAML reads the text, brackets and commas inside selectors are replaced by characters of the same
 * length, so that every position stays what it is, and restored in every value.
 */
const SELECTOR = /\bnic\(host\[[\d.]*\] *, *\d*\)|\blink\([\w-]+ *, *[\w-]+\)|\bhost\[[^\s[\](){},:#'"]*\]/g;

const MASKS: readonly (readonly [plain: string, masked: string])[] = [
  ['[', '\u27e6'],
  [']', '\u27e7'],
  [',', '\u201a'],
];

export function maskSelectors(text: string): string {
  return text.replace(SELECTOR, (selector) => {
    let masked = selector;
    for (const [plain, replacement] of MASKS) masked = masked.replaceAll(plain, replacement);
    return masked;
  });
}

export function unmaskSelectors(text: string): string {
  let plain = text;
  for (const [character, replacement] of MASKS) plain = plain.replaceAll(replacement, character);
  return plain;
}
