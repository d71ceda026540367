import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { coordinate, dataBlock, markup } from '../markup.ts';

describe('markup', () => {
  test('strings are escaped in content and in attributes, markup is not escaped twice', () => {
    const inner = markup`<b title="${'"&\''}">${'<i>'}</b>`;
    expect(markup`<p>${inner}${[1, ' < ', null]}</p>`.text).toBe(
      '<p><b title="&quot;&amp;&#39;">&lt;i&gt;</b>1 &lt; </p>',
    );
  });

  test.prop([fc.string({ unit: 'binary' })])('no string can open a tag or leave an attribute', (text) => {
    expect(markup`${text}`.text).not.toMatch(/[<>"']/);
  });

  test.each([NaN, Infinity, -Infinity, 1e300])('%d is refused as a coordinate', (value) => {
    expect(() => markup`<line x1="${value}"/>`).toThrow(RangeError);
  });

  test('coordinates have two decimals, no exponent and no negative zero', () => {
    expect([1 / 3, -1e-9, 1e-7, 12, 123456.789].map(coordinate)).toEqual([
      '0.33',
      '0',
      '0',
      '12',
      '123456.79',
    ]);
  });

  test.prop([fc.anything({ maxDepth: 2 })])(
    'a data block ends where it should and holds what was put in',
    (data) => {
      fc.pre(JSON.stringify(data) !== undefined);
      const { text } = dataBlock('x', { data, bad: '</script><!--' });
      expect(text.match(/</g)).toHaveLength(2);
      const json = text.replace(/^<[^>]*>/, '').replace(/<[^<]*$/, '');
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ data, bad: '</script><!--' })));
    },
  );
});
