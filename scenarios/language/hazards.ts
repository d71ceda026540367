import { CST, type Document, Lexer, type YAMLError, isAlias, isMap, isScalar, isSeq } from 'yaml';
import { PROBLEMS_MAX, type Path, quote } from './problem.ts';

/** What makes a text unfit to be a scenario before its meaning is looked at. */
export interface Hazard {
  /** In UTF-16 units from the start of the text. */
  offset: number;
  path: Path;
  message: string;
  remedy: string;
}

/** A scenario is written by hand; a larger text is something else. */
export const TEXT_BYTES_MAX = 1_048_576;

/** Scenarios nest five deep. The parser needs a kilobyte for each open bracket. */
const NESTING_MAX = 64;

/** A thousand workloads. For some texts the parser needs 30 us and a kilobyte for each token. */
const TOKENS_MAX = 100_000;

/** Marks of the lexer that stand for no text. */
const ZERO_LENGTH: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

const SYNTAX_REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one scenario in a file: remove what follows "---"',
  MISSING_CHAR: 'close the quote, bracket or brace that is open here',
  BAD_INDENT: 'align this line with its neighbours; an open bracket or brace must be closed first',
  RESOURCE_EXHAUSTION: 'a scenario nests five levels deep; remove the rest',
  BLOCK_AS_IMPLICIT_KEY: 'check the colons and the indentation here; quote text that contains ": "',
};

/** Where the parser's own words would not help. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here',
  RESOURCE_EXHAUSTION: 'this is nested too deep',
};

/** Refuses a text that is empty, too large or not text at all. */
export function checkText(text: string): Hazard | undefined {
  const none = { offset: 0, path: [] };
  if (text.length > TEXT_BYTES_MAX) {
    return {
      ...none,
      message: `the text is larger than ${TEXT_BYTES_MAX} bytes`,
      remedy: 'a scenario is a few kilobytes of YAML; check that this is the right file',
    };
  }
  if (text.trim() === '') {
    return {
      ...none,
      message: 'the file is empty',
      remedy: 'start with version: 1, scenario, until, topology, workload',
    };
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  const binary = /[\u0000-\u0008\u000e-\u001f\u007f]/.exec(text);
  if (binary === null) return undefined;
  return {
    ...none,
    offset: binary.index,
    message: 'this is not a text file',
    remedy: 'give a scenario file, written in YAML',
  };
}

/** Refuses a text with too many tokens, or with brackets too deep, before the parser spends time and memory on them. */
export function checkTokens(text: string): Hazard | undefined {
  const remedy = SYNTAX_REMEDIES['RESOURCE_EXHAUSTION']!;
  let depth = 0;
  let count = 0;
  let offset = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type: string | null = isScalar ? 'scalar' : CST.tokenType(token);
    // A mark without length, which says that the next token is a scalar's text, whatever it looks like.
    isScalar = type === 'scalar' && token === CST.SCALAR;
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') depth--;
    if (depth > NESTING_MAX) {
      return { offset, path: [], message: `brackets are nested more than ${NESTING_MAX} deep`, remedy };
    }
    if (++count > TOKENS_MAX) {
      const message = `this is far more than a scenario: over ${TOKENS_MAX} YAML tokens`;
      return { offset, path: [], message, remedy: 'keep to the workloads and faults that matter' };
    }
    if (!ZERO_LENGTH.has(token)) offset += token.length;
  }
  return undefined;
}

/** Refuses syntax errors, aliases, unknown tags, old YAML, and keys that are repeated or not text. */
export function checkTree(yaml: Document): Hazard[] {
  const error = yaml.errors[0] ?? yaml.warnings[0];
  // The first error is the cause; those after it are mostly its echo.
  if (error !== undefined) return [syntaxHazard(error)];
  const { explicit, version } = yaml.directives?.yaml ?? { explicit: false, version: '1.2' };
  if (explicit === true && version !== '1.2') {
    return [
      {
        offset: 0,
        path: [],
        message: `this is YAML ${version}`,
        remedy: 'remove the %YAML line: scenarios are YAML 1.2',
      },
    ];
  }
  const hazards: Hazard[] = [];
  walk(yaml.contents, [], hazards);
  return hazards.slice(0, PROBLEMS_MAX);
}

function syntaxHazard({ code, message, pos }: YAMLError): Hazard {
  return {
    offset: pos[0],
    path: [],
    message: SYNTAX_MESSAGES[code] ?? `not valid YAML: ${message}`,
    remedy:
      SYNTAX_REMEDIES[code] ?? 'check the YAML syntax here; quote text that contains special characters',
  };
}

function walk(node: unknown, path: Path, hazards: Hazard[]): void {
  if (hazards.length >= PROBLEMS_MAX) return;
  if (isAlias(node)) {
    hazards.push({
      offset: node.range?.[0] ?? 0,
      path,
      message: `the alias *${node.source} is not part of the scenario language`,
      remedy:
        'write the value out here; anchors and aliases are refused because they can expand without bound',
    });
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) walk(item, [...path, index], hazards);
  } else if (isMap(node)) {
    const seen = new Set<string>();
    for (const pair of node.items) {
      const key = checkKey(pair.key, path, seen, hazards);
      if (key !== undefined) walk(pair.value, [...path, key], hazards);
    }
  }
}

function checkKey(node: unknown, path: Path, seen: Set<string>, hazards: Hazard[]): string | undefined {
  const offset = (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
  if (!isScalar(node) || node.value === null || node.value === '__proto__') {
    hazards.push({
      offset,
      path,
      message: 'a key must be a word',
      remedy: 'write the key as plain text, followed by ": "',
    });
    return undefined;
  }
  const key = String(node.value);
  if (seen.has(key)) {
    hazards.push({
      offset,
      path: [...path, key],
      message: `the key ${quote(key)} appears twice`,
      remedy: 'remove one of them',
    });
    return undefined;
  }
  seen.add(key);
  return key;
}
