import { type Document, LineCounter, parseDocument } from 'yaml';
import { type Hazard, checkText, checkTokens, checkTree } from './hazards.ts';
import { maskSelectors, unmaskSelectors } from './mask.ts';

/** Text as a YAML 1.2 tree (selectors masked), or what forbids that. Hostile text is a hazard, never a throw. */
export type Tree = { ok: true; yaml: Document; counter: LineCounter } | { ok: false; hazards: Hazard[] };

export function readTree(text: string): Tree {
  const masked = maskSelectors(text);
  const unreadable = checkText(text) ?? checkTokens(masked);
  if (unreadable !== undefined) return { ok: false, hazards: [unreadable] };
  const counter = new LineCounter();
  const yaml = parseDocument(masked, {
    lineCounter: counter,
    // Its own check compares all pairs of keys, and its own messages repeat the source: ours do neither.
    uniqueKeys: false,
    prettyErrors: false,
    // Silent, it would drop a second document without a word.
    logLevel: 'error',
    version: '1.2',
  });
  const hazards = checkTree(yaml).map((hazard) => ({ ...hazard, message: unmaskSelectors(hazard.message) }));
  return hazards.length > 0 ? { ok: false, hazards } : { ok: true, yaml, counter };
}
