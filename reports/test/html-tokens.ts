export interface Tag {
  readonly name: string;
  readonly closing: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface Tokens {
  readonly tags: readonly Tag[];
  /** Text between tags, still escaped; contents of style and script elements excluded. */
  readonly text: string;
}

const TAG =
  /<(\/?)([a-zA-Z][\w-]*)((?:\s+[a-zA-Z][\w:-]*(?:=(?:"[^"<]*"|[^\s"'<>=`]+))?)*)\s*\/?>|<!doctype html>/g;
const ATTRIBUTE = /([a-zA-Z][\w:-]*)(?:=(?:"([^"]*)"|([^\s"'<>]+)))?/g;

/** A far stricter reader than a browser: what it cannot read completely is markup that the page should not contain. */
export function tokenize(html: string): Tokens {
  const raw = html.replace(/(<(style|script)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');
  const tags: Tag[] = [];
  const text = raw.replace(TAG, (_whole, slash?: string, name?: string, attributes?: string) => {
    if (name !== undefined) {
      tags.push({
        name: name.toLowerCase(),
        closing: slash === '/',
        attributes: attributesOf(attributes ?? ''),
      });
    }
    return '';
  });
  return { tags, text };
}

function attributesOf(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', quoted, bare] of source.matchAll(ATTRIBUTE))
    attributes.set(name, quoted ?? bare ?? '');
  return attributes;
}
