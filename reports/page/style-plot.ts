const INDEXES = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Dashes tell curves apart where colours do not. */
const DASHES: Readonly<Record<number, string>> = {
  2: '7 3',
  3: '2 2.5',
  4: '9 3 2 3',
  5: '12 4',
  6: '4 2',
  7: '1.5 4',
};

const CURVES = INDEXES.map((i) => `.c${i}{--color:var(--c${i})}`).join('');
const FAULTS = INDEXES.slice(0, 6)
  .map((i) => `.f${i}{--color:var(--f${i})}`)
  .join('');
const DASHED = INDEXES.filter((i) => DASHES[i] !== undefined)
  .map((i) => `.half .line.c${i},.chips .line.c${i}{stroke-dasharray:${DASHES[i]}}`)
  .join('');
const CHOICES = INDEXES.map(
  (i) => `#distributions:has(.chips .t${i}:not(:checked)) .plot .t${i}{display:none}`,
).join('');
/** The view of each radio button hides while another one is chosen. */
const TABS = [...INDEXES, 8]
  .map((i) => `.views:has(>figcaption>.tabs>.i${i}:not(:checked))>.v${i}{display:none}`)
  .join('');

/** The style of plots. Type grows in the drawing's units where the drawing is shrunk, to stay legible. */
export const PLOT_STYLE: string = `
${CURVES}${FAULTS}.c-ink{--color:var(--ink)}.c-bad{--color:var(--bad)}.p50{--color:var(--c0)}.p99{--color:var(--c1)}
figure{margin-top:14px}
figcaption{display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline}
figcaption .remark{margin-left:auto}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;font-size:12.5px;color:var(--muted)}
.legend li{display:flex;gap:6px;align-items:center;overflow-wrap:anywhere}
.swatch{width:22px;height:10px;flex:none}
.plot-box{overflow-x:auto;position:relative}
.plot{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:12px;fill:var(--ink)}
.plot .tick,.plot .axis-title,.plot .note{fill:var(--muted)}
.tick-x,.mid,.host,.wait,.count{text-anchor:middle}
.tick-y,.end,.time-left{text-anchor:end}
.grid{stroke:var(--faint);stroke-width:1}
.base{stroke:var(--muted);stroke-width:1}
.line{fill:none;stroke:var(--color);stroke-width:1.6;stroke-linejoin:round}
.line.c-ink{stroke-width:2}
.area{fill:var(--color);fill-opacity:.16}
.bars{fill:var(--color)}
.ground{--color:var(--muted)}.line.ground{stroke-width:8;stroke-opacity:.4}
.guide{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3;stroke-opacity:.7}
.reference{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:5 4}
.shade{fill:var(--color);fill-opacity:.09}.shade.many{fill-opacity:.05}
.shade-edge{stroke:var(--color);stroke-opacity:.55;stroke-width:1}
.fault-bar{fill:var(--color);fill-opacity:.26;stroke:var(--color);stroke-opacity:.8}
.mark{fill:var(--card);stroke:var(--ink);stroke-width:2}
.mark-name{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round;font-weight:600}
.density{fill:var(--ink)}.d0{fill-opacity:.1}.d1{fill-opacity:.17}.d2{fill-opacity:.26}.d3{fill-opacity:.38}
circle.p50,circle.p99{fill:var(--color);stroke:var(--card);stroke-width:1.5}
.line.p50,.line.p99{stroke-width:2.2}
.p-range{stroke:var(--muted);stroke-width:1}
${DASHED}
.quiet{display:flex;gap:14px;align-items:baseline;margin-top:14px;border-top:1px solid var(--line);padding-top:8px}
.quiet p{color:var(--muted);font-size:13px}
.columns{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 28px}
.chips,.tabs{display:flex;flex-wrap:wrap;gap:6px}
.chips{margin-top:12px}
.tabs{margin:0 0 4px auto}
.chips input,.tabs input{position:absolute;opacity:0;width:1px;height:1px}
.chips label,.tabs label{display:flex;gap:6px;align-items:center;font-size:12.5px;border:1px solid var(--line);border-radius:12px;padding:0 10px;cursor:pointer;color:var(--muted);max-width:22em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tabs label{border-radius:6px}
.chips :checked+label,.tabs :checked+label{color:var(--ink);border-color:var(--muted);background:var(--faint)}
.chips :not(:checked)+label{text-decoration:line-through}
.chips :focus-visible+label,.tabs :focus-visible+label{outline:2px solid var(--link);outline-offset:2px}
${CHOICES}#distributions:has(.chips .t-all:not(:checked)) .plot .t-all{display:none}
${TABS}
.sequence-layout{display:grid;grid-template-columns:minmax(0,1fr) 270px;gap:28px;margin-top:12px;align-items:start}
.sequence-scroll{max-height:700px;overflow:auto;border:1px solid var(--line);border-radius:8px}
.sequence-head,.sequence{display:block;width:100%;min-width:700px;height:auto}
.sequence-head{position:sticky;top:0;background:var(--card);border-bottom:1px solid var(--line);z-index:1}
.host{font-weight:650}
.sequence-head .host{font-size:13px}
.time-left,.time-right{fill:var(--muted);font-size:11.5px}
.lifeline{stroke:var(--muted);stroke-width:1.4}
.lifeline-gap{stroke:var(--card);stroke-width:3}
.lifeline-break{stroke:var(--muted);stroke-width:1.4;fill:none}
.event{fill:var(--muted)}
.wait{fill:var(--muted);font-style:italic}
.message{--color:var(--c3)}.message.data{--color:var(--c0)}.message.lost{--color:var(--bad)}
.message line,.cross{stroke:var(--color);stroke-width:1.4;fill:none}
.message.many line{stroke-width:3.5}
.message.lost line{stroke-dasharray:5 3}
.cross{stroke-width:2.4}
.head{fill:var(--color)}
.band{fill:var(--color);fill-opacity:.13}
.message:hover line{stroke-width:2.6}
.label,.reason,.wait{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.label.control{fill:var(--c3)}.label.data{fill:var(--c0)}.label.lost,.reason{fill:var(--bad)}
.reason{font-style:italic}
aside dl div{display:flex;justify-content:space-between;gap:12px;font-size:13px;border-bottom:1px solid var(--line);padding:3px 0}
aside dt{color:var(--muted)}
.key{list-style:none;margin:14px 0;font-size:12.5px;display:grid;gap:5px}
.key li{display:flex;gap:10px;align-items:center}
.key svg{width:34px;height:14px;flex:none}
.crosshair{stroke:var(--ink);stroke-width:1;stroke-opacity:.6;pointer-events:none}
.read-out{position:fixed;z-index:9;pointer-events:none;background:var(--card);color:var(--ink);border:1px solid var(--muted);border-radius:6px;padding:6px 10px;font-size:12px;line-height:1.45;box-shadow:0 3px 14px rgb(0 0 0/.22);display:grid;grid-template-columns:auto auto;gap:0 12px;max-width:340px}
.read-out b{grid-column:1/3}
.read-out span:nth-of-type(even){text-align:right}
@media (max-width:1360px){.wide text,.half text{font-size:13px}}
@media (max-width:1240px){.wide text,.half text{font-size:14px}.sequence-layout{grid-template-columns:minmax(0,1fr)}aside{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 32px}.key{align-content:start}aside>.remark{grid-column:1/-1;margin-top:10px}}
@media (max-width:1120px){.wide text,.half text{font-size:15.5px}}
@media (max-width:860px){.columns{grid-template-columns:minmax(0,1fr)}.half text{font-size:12px}.wide{min-width:900px}aside{grid-template-columns:minmax(0,1fr)}}
@media print{.sequence-scroll,pre{max-height:none;overflow:visible}}
`;
