import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Pool } from '../../protocol/pool/pool.ts';

const DOCS = join(import.meta.dirname, '..');
const GUIDES = ['patterns.md', 'monitoring.md'];
/** A program with its name, and what it prints. */
const EXAMPLE = /^```js (\S+)\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm;

const codeOf = (name: string): string => readFileSync(join(DOCS, 'examples', name), 'utf8');

/** Runs an example as its reader does: by itself, with the package under its name. */
async function outputOf(name: string): Promise<string> {
  const file = join(DOCS, 'examples', name);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 50_000 });
  return stdout;
}

if (process.env['UPDATE'] === '1') {
  for (const guide of GUIDES) {
    let text = readFileSync(join(DOCS, guide), 'utf8');
    for (const [block, name = ''] of text.matchAll(EXAMPLE)) {
      const output = await outputOf(name);
      text = text.replace(
        block,
        () => `\`\`\`js ${name}\n${codeOf(name)}\`\`\`\n\n\`\`\`text\n${output}\`\`\``,
      );
    }
    writeFileSync(join(DOCS, guide), text);
  }
}

const texts = GUIDES.map((guide) => readFileSync(join(DOCS, guide), 'utf8'));
const examples = texts
  .flatMap((text) => [...text.matchAll(EXAMPLE)])
  .map(([, name = '', code = '', output = '']) => ({
    name,
    code,
    output,
  }));

/** REQ DOC-1, DOC-2, DOC-5 */
describe('the guides', () => {
  it('show every example', () => {
    const files = readdirSync(join(DOCS, 'examples'));
    expect(examples.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
  });

  it('have an example for each pattern of the pool', () => {
    const patterns = Object.getOwnPropertyNames(Pool.prototype).filter((name) =>
      /Rpc$|^streaming|^bidirectional$|^raw|^broadcast$|^datagram$/.test(name),
    );
    expect(patterns.length).toBe(7);
    for (const pattern of patterns) {
      expect(
        examples.some(({ code }) => code.includes(`pool.${pattern}(`) || code.includes(`.${pattern}(`)),
      ).toBe(true);
    }
  });

  it.each(examples)('$name is the program in the text, and prints what stands there', async (example) => {
    expect(example.code).toBe(codeOf(example.name));
    expect(await outputOf(example.name)).toBe(example.output);
  });

  it.each(texts)('link to headings that exist', (guide) => {
    const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...guide.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
  });
});
