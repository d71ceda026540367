import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

export interface View {
  readonly name: string;
  readonly content: Markup;
}

/** A plot below its title, legend and a note. */
export function figure(
  title: Markup | string,
  legend: readonly LegendEntry[],
  note: string,
  plot: Markup,
): Markup {
  const remark = note === '' ? null : markup`<p class="remark">${note}</p>`;
  return markup`<figure><figcaption><h3>${title}</h3>${legendList(legend)}${remark}</figcaption><div class="plot-box">${plot}</div></figure>`;
}

/** Alternatives of one plot, chosen with radio buttons; where a browser does not know `:has`, all of them are seen. */
export function figureViews(
  id: string,
  title: Markup | string,
  legend: readonly LegendEntry[],
  views: readonly View[],
): Markup {
  if (views.length === 1) return figure(title, legend, '', views[0]?.content ?? markup``);
  const tabs = views.map(
    ({ name }, i) =>
      markup`<input type="radio" class="i${i}" name="${id}" id="${id}-${i}"${i === 0 ? markup` checked` : null}><label for="${id}-${i}"><bdi>${shorten(name, 32)}</bdi></label>`,
  );
  const plots = views.map(({ content }, i) => markup`<div class="plot-box v${i}">${content}</div>`);
  return markup`<figure class="views"><figcaption><h3>${title}</h3>${legendList(legend)}<div class="tabs" role="radiogroup" aria-label="View">${tabs}</div></figcaption>${plots}</figure>`;
}

function legendList(legend: readonly LegendEntry[]): Markup | null {
  if (legend.length === 0) return null;
  const entries = legend.map(
    ({ name, color }) =>
      markup`<li><svg class="swatch" viewBox="0 0 22 10" aria-hidden="true"><path class="line ${color}" d="M0 5H22"/></svg><bdi>${shorten(name, 60)}</bdi></li>`,
  );
  return markup`<ul class="legend">${entries}</ul>`;
}
