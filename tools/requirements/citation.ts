/** Citations of requirements in code and tests. */
import { ID, type Kind } from './item.ts';

export interface Citation {
  readonly kind: Kind;
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

/** Something that was meant as a citation and is not one, such as `POOL 3` or `POOL-3/4` after the keyword. */
export interface Malformed {
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

/** A list may go on in the next line of a comment. */
const SEPARATOR = '\\s*(?:,|,?\\s+and)\\s*(?:\\n\\s*(?:\\/\\/|\\*|#)\\s*)?';
const CITATION = new RegExp(`\\b(REQ|MUST)\\s+(${ID}(?:${SEPARATOR}${ID})*)(?![\\w])([/…–-]\\S*)?`, 'g');
/** `REQ` is no English word: whatever follows it should have been an id. */
const INTENDED = /\bREQ[\s:#-]+[A-Za-z]+[- ]?\d\S*/g;

/** @param text of a source file, of any language with comments by `//`, `*` or `#` */
export function citationsIn(path: string, text: string): { citations: Citation[]; malformed: Malformed[] } {
  const citations: Citation[] = [];
  const malformed: Malformed[] = [];
  const understood = new Set<number>();
  for (const match of text.matchAll(CITATION)) {
    const [whole, kind, ids = '', excess] = match;
    understood.add(match.index);
    if (excess !== undefined) malformed.push({ text: oneLine(whole), path, line: lineAt(text, match.index) });
    for (const id of ids.matchAll(new RegExp(ID, 'g'))) {
      const at = match.index + whole.indexOf(ids) + id.index;
      citations.push({ kind: kind as Kind, id: id[0], path, line: lineAt(text, at) });
    }
  }
  for (const match of text.matchAll(INTENDED)) {
    if (understood.has(match.index)) continue;
    malformed.push({ text: oneLine(match[0]), path, line: lineAt(text, match.index) });
  }
  return { citations, malformed };
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
