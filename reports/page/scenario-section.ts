import { markup, type Markup } from '../markup.ts';

const LINES_OPEN_MAX = 80;

/** The scenario as run. Comments and keys are set apart; the text is what matters. */
export function scenarioSection(scenarioText: string): Markup {
  const lines = scenarioText.replace(/\n+$/, '').split('\n');
  const body =
    scenarioText.trim() === ''
      ? markup`<p class="none">Its text was not kept.</p>`
      : markup`<details${lines.length <= LINES_OPEN_MAX ? markup` open` : null}><summary>${String(lines.length)} lines</summary><div class="code"><button type="button" data-copy="scenario-text" hidden>Copy</button><pre id="scenario-text" tabindex="0">${lines.map((line, i) => markup`${i > 0 ? '\n' : null}${yamlLine(line)}`)}</pre></div></details>`;
  return markup`<section id="scenario" class="card"><h2>Scenario</h2>${body}</section>`;
}

function yamlLine(line: string): Markup {
  const [, before = line, comment = ''] = /^(|.*?\s)(#.*)$/.exec(line) ?? [];
  const [, indent = '', key = '', rest = before] = /^([\s-]*)([\w.$-]+:)(\s.*|)$/.exec(before) ?? [];
  const text = key === '' ? markup`${before}` : markup`${indent}<span class="y-key">${key}</span>${rest}`;
  return comment === '' ? text : markup`${text}<span class="y-comment">${comment}</span>`;
}
