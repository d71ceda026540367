/** A table aligned as Prettier aligns it, so that the generated pages pass the format check. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width)).join(' | ')} |`;
  const [first, ...others] = all;
  return [line(first!), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others.map(line)];
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(width - [...cell].length);
}

/** Heads every generated page. */
export const PAGE_HEADER = '<!-- Generated from spec/wire.yaml by `npm run generate`. Do not edit. -->';

/** Blocks with an empty line between them, as a file. */
export function page(...blocks: (readonly string[] | string)[]): string {
  return `${blocks.map((block) => (typeof block === 'string' ? block : block.join('\n'))).join('\n\n')}\n`;
}
