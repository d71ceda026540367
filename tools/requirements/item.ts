/** What must be covered: the requirements of spec/requirements.md and the MUSTs of spec/protocol.md. */

/** `REQ`: a requirement of the system. `MUST`: a rule of the protocol. Each kind numbers its own areas. */
export type Kind = 'REQ' | 'MUST';

export interface Item {
  readonly kind: Kind;
  /** `POOL-3`, `TEST-U1`. */
  readonly id: string;
  readonly text: string;
  readonly line: number;
}

/** An id inside a larger pattern. */
export const ID: string = '[A-Z]+-[A-Z]?\\d+';

/** `POOL` of `POOL-3`. */
export function areaOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}

/** Bullets `- **POOL-3** text`. */
export function parseRequirements(markdown: string): Item[] {
  return parse('REQ', markdown, new RegExp(`^\\s*[-*]\\s+\\*\\*(${ID})\\*\\*\\s*(.*)$`));
}

/** Bullets or paragraphs that start with `**MUST WIRE-3**`. */
export function parseMusts(markdown: string): Item[] {
  return parse('MUST', markdown, new RegExp(`^\\s*(?:[-*]\\s+)?\\*\\*MUST (${ID})\\*\\*:?\\s*(.*)$`));
}

/** Throws when an id is defined twice: a citation would not say which one it means. */
function parse(kind: Kind, markdown: string, definition: RegExp): Item[] {
  const items = new Map<string, Item>();
  let open: Item | undefined;
  markdown.split('\n').forEach((text, index) => {
    const match = definition.exec(text);
    if (match !== null) {
      const [, id = '', first = ''] = match;
      const before = items.get(id);
      if (before !== undefined)
        throw new Error(`${kind} ${id} is defined in line ${before.line} and in ${index + 1}`);
      open = { kind, id, text: first.trim(), line: index + 1 };
      items.set(id, open);
    } else if (open !== undefined && isContinuation(text)) {
      open = { ...open, text: `${open.text} ${text.trim()}`.trim() };
      items.set(open.id, open);
    } else {
      open = undefined;
    }
  });
  return [...items.values()];
}

function isContinuation(text: string): boolean {
  return text.trim() !== '' && !/^\s*([-*#|>]|\d+\.)\s/.test(text);
}
