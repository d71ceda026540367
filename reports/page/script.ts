/**
 * The page's own script: copy buttons and read-outs under the pointer. The page is complete without it. Values enter the
 * document as text only.
 */
export const SCRIPT: string = String.raw`
'use strict';
(() => {
  const NS = 'http://www.w3.org/2000/svg';
  const prefixed = (value, steps) => {
    const step = steps.find(([factor]) => Math.abs(value) >= factor * 0.9995) ?? steps[steps.length - 1];
    return Number((value / step[0]).toPrecision(3)) + ' ' + step[1];
  };
  const formats = {
    rate: (v) => prefixed(v, [[1e12, 'Tbit/s'], [1e9, 'Gbit/s'], [1e6, 'Mbit/s'], [1e3, 'kbit/s'], [1, 'bit/s']]),
    bytes: (v) => prefixed(v, [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'KB'], [1, 'B']]),
    time: (v) => prefixed(v, [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']]),
    count: (v) => v.toLocaleString('en-US'),
    plain: (v) => String(Number(v.toPrecision(3))),
  };
  const dataOf = (root, name) => {
    const block = root.querySelector('script.' + name);
    return block === null ? null : JSON.parse(block.textContent);
  };

  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = 'Selected';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
  }

  const box = document.createElement('div');
  box.className = 'read-out';
  box.hidden = true;
  box.style.display = 'none';
  document.body.append(box);
  const show = (event, title, rows) => {
    const head = document.createElement('b');
    head.textContent = title;
    box.replaceChildren(head, ...rows.flat().map((text) => {
      const cell = document.createElement('span');
      cell.textContent = text;
      return cell;
    }));
    box.hidden = false;
    box.style.display = '';
    const { width, height } = box.getBoundingClientRect();
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
    box.style.left = Math.max(4, left) + 'px';
    box.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4)) + 'px';
  };
  const hide = (plots) => {
    box.style.display = 'none';
    for (const plot of plots) plot.querySelector('.crosshair')?.remove();
  };
  const crosshair = (plot, x) => {
    let line = plot.querySelector('.crosshair');
    if (line === null) {
      line = document.createElementNS(NS, 'line');
      line.setAttribute('class', 'crosshair');
      line.setAttribute('y1', plot.dataset.y0);
      line.setAttribute('y2', plot.dataset.y1);
      plot.append(line);
    }
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
  };
  // Position within the plotting area, 0 to 1; outside of it null.
  const shareAt = (plot, event) => {
    const rect = plot.getBoundingClientRect();
    const x = ((event.clientX - rect.left) / rect.width) * plot.viewBox.baseVal.width;
    const share = (x - plot.dataset.x0) / (plot.dataset.x1 - plot.dataset.x0);
    return share < 0 || share > 1 ? null : { share, x };
  };

  const time = document.getElementById('time');
  const series = dataOf(time, 'time-data');
  if (series !== null) {
    const plots = [...time.querySelectorAll('svg.plot')];
    for (const plot of plots) {
      plot.addEventListener('pointerleave', () => hide(plots));
      plot.addEventListener('pointermove', (event) => {
        const at = shareAt(plot, event);
        if (at === null) return hide(plots);
        const ns = at.share * series.endNs;
        const bin = Math.floor(ns / series.binNs);
        const rows = series.series
          .filter(({ values }) => typeof values[bin] === 'number')
          .map(({ name, kind, values }) => [name, formats[kind](values[bin])]);
        const faults = series.faults
          .filter(({ fromNs, toNs }) => ns >= fromNs && ns <= toNs)
          .slice(0, 6)
          .map(({ name }) => ['fault', name]);
        show(event, formats.time(bin * series.binNs) + ' – ' + formats.time(Math.min((bin + 1) * series.binNs, series.endNs)), [...rows, ...faults]);
        for (const other of plots) crosshair(other, at.x);
      });
    }
  }

  for (const distribution of document.querySelectorAll('.distribution')) {
    const data = dataOf(distribution, 'cdf-data');
    if (data === null) continue;
    const plots = [...distribution.querySelectorAll('svg.plot')];
    for (const plot of plots) {
      plot.addEventListener('pointerleave', () => hide(plots));
      plot.addEventListener('pointermove', (event) => {
        const at = shareAt(plot, event);
        if (at === null) return hide(plots);
        const from = Number(plot.dataset.from);
        const to = Number(plot.dataset.to);
        const value = plot.dataset.kind === 'log' ? from * (to / from) ** at.share : from + (to - from) * at.share;
        const rows = data.curves
          .filter(({ toggle }) => document.querySelector('.chips .' + toggle)?.checked !== false)
          .map(({ name, quantiles }) => {
            const last = quantiles.findLast((pair) => pair[1] <= value);
            return [name, last === undefined ? 'none' : Number((last[0] * 100).toFixed(2)) + ' %'];
          });
        show(event, 'at or below ' + formats[data.kind](value), rows);
        crosshair(plot, at.x);
      });
    }
  }
})();
`;
