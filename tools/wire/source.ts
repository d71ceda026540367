/** Heads every generated TypeScript file. */
export const SOURCE_HEADER = '// Generated from spec/wire.yaml by `npm run generate`. Do not edit.';

/** Indents lines of TypeScript by their braces: generators need not count spaces. */
export function indent(lines: readonly string[]): string {
  let depth = 0;
  const out: string[] = [];
  for (const line of lines) {
    if (/^[}\])]/.test(line)) depth--;
    out.push(line === '' ? '' : '  '.repeat(depth) + (line.startsWith('*') ? ' ' : '') + line);
    if (/[{[(]$/.test(line)) depth++;
  }
  return `${out.join('\n')}\n`;
}

/** A documentation comment, or nothing if there is nothing to say. */
export function docComment(...paragraphs: string[]): string[] {
  const texts = paragraphs.filter((text) => text !== '');
  if (texts.length === 0) return [];
  if (texts.length === 1) return [`/** ${sentence(texts[0]!)} */`];
  return ['/**', ...texts.map((text) => `* ${sentence(text)}`), '*/'];
}

export function sentence(text: string): string {
  const start = text === '' ? '' : text[0]!.toUpperCase() + text.slice(1);
  return /[.:]$/.test(start) || start === '' ? start : `${start}.`;
}

/** 0x13 */
export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
