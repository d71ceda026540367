// Expressions that run in the page under test. They are text because the page has another global scope than the tests.

const BOXES = `
  const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const boxOf = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { text: element.textContent, left, right, top, bottom };
  };
`;

/** Sections, cards and drawings that take no room. */
export const emptyBoxes: string = `(() => {
  const elements = document.querySelectorAll('header, section, .card, figure, .plot-box, main h1, main h2, main h3, table');
  return [...elements]
    .filter((element) => element.checkVisibility())
    .filter((element) => element.getBoundingClientRect().height < 8 || element.getBoundingClientRect().width < 8)
    .map((element) => element.outerHTML.slice(0, 80));
})()`;

/** Pairs of texts within one drawing that lie on each other. */
export const overlappingTexts: string = `(() => {
  ${BOXES}
  const found = [];
  const apart = 0.5;
  const check = (svg, selector) => {
    const boxes = [...svg.querySelectorAll(selector)].filter(shown).map(boxOf);
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > apart && high > apart) found.push([a.text, b.text, wide, high]);
      }
    });
  };
  for (const svg of document.querySelectorAll('svg.plot')) if (shown(svg)) check(svg, 'text');
  for (const svg of document.querySelectorAll('svg.sequence')) check(svg, '.time-left, .time-right, .wait');
  return found;
})()`;

/** Texts that leave their drawing sideways, or lie under another element at the page's edge. */
export const clippedTexts: string = `(() => {
  ${BOXES}
  const found = [];
  for (const svg of document.querySelectorAll('svg.plot, svg.sequence')) {
    if (!shown(svg)) continue;
    const frame = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll('text')) {
      const box = boxOf(text);
      if (box.right > frame.right + 1 || box.left < frame.left - 1) found.push([box.text, frame.left - box.left, box.right - frame.right]);
    }
  }
  return found;
})()`;

/** Texts in drawings that are less than 9 px high on the screen. */
export const smallTexts: string = `(() => {
  ${BOXES}
  return [...document.querySelectorAll('svg.plot text, svg.sequence text')]
    .filter(shown)
    .filter((text) => parseFloat(getComputedStyle(text).fontSize) * (text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width) < 9.5)
    .map((text) => text.textContent);
})()`;
