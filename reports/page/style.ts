import { PLOT_STYLE } from './style-plot.ts';

const COLORS = `
:root{color-scheme:light dark;
--page:#f4f5f7;--card:#fff;--line:#dfe3e8;--ink:#16191d;--muted:#58616d;--faint:#e9ecf0;--link:#1d4ed8;
--good:#0f766e;--good-ground:#e3f4f1;--warn:#92400e;--warn-ground:#fdf1d8;--bad:#b42318;--bad-ground:#fdeceb;
--c0:#2563eb;--c1:#c2570c;--c2:#0f766e;--c3:#8b35d6;--c4:#9a6700;--c5:#be185d;--c6:#4d7c0f;--c7:#475569;
--f0:#d97706;--f1:#7c3aed;--f2:#0891b2;--f3:#db2777;--f4:#65a30d;--f5:#64748b}
@media (prefers-color-scheme:dark){:root{
--page:#0e1116;--card:#161b22;--line:#2b323c;--ink:#e8ebef;--muted:#9ba6b4;--faint:#232a33;--link:#8ab4ff;
--good:#4fd1bd;--good-ground:#10302c;--warn:#f2b84b;--warn-ground:#33270f;--bad:#ff8a80;--bad-ground:#3a1a19;
--c0:#6ea8fe;--c1:#f59e5b;--c2:#4fd1bd;--c3:#c69bff;--c4:#e0bd4b;--c5:#f78fb6;--c6:#a3d15a;--c7:#a9b4c4;
--f0:#f5b042;--f1:#b595ff;--f2:#4cc9e6;--f3:#f78fb6;--f4:#a9d65c;--f5:#a3b0c2}}
`;

const PAGE = `
*{box-sizing:border-box}
html{scroll-padding-top:56px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1400px;margin:0 auto;padding:20px 24px 48px;display:grid;gap:16px}
main>*{min-width:0}
h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0;padding:0}
h1{font-size:26px;line-height:1.2;font-weight:650;overflow-wrap:anywhere}
h2{font-size:16px;line-height:1.3;font-weight:650}
h3{font-size:13px;line-height:1.4;font-weight:600}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.93em}
a{color:var(--link)}
a.term{color:inherit;text-decoration:underline dotted 1px var(--muted);text-underline-offset:3px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
nav{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line)}
nav>div{max-width:1400px;margin:0 auto;padding:8px 24px;display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center}
nav a{color:var(--muted);text-decoration:none;font-size:13px}
nav a:hover{color:var(--ink);text-decoration:underline}
.pill{font-size:12px;font-weight:650;padding:1px 9px;border-radius:10px}
.pass{color:var(--good);background:var(--good-ground)}
.warn{color:var(--warn);background:var(--warn-ground)}
.fail{color:var(--bad);background:var(--bad-ground)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;min-width:0}
.headline{display:flex;gap:24px;justify-content:space-between;align-items:flex-start}
.title{min-width:0}
.kicker{color:var(--muted);font-size:12px;letter-spacing:.04em}
.facts{display:flex;flex-wrap:wrap;gap:2px 20px;margin-top:6px;font-size:13px}
.facts div{display:flex;gap:6px;min-width:0}
.facts dt{color:var(--muted)}
.facts dd{overflow-wrap:anywhere}
.verdict{display:flex;gap:12px;align-items:center;flex:none;max-width:46%;border-radius:10px;padding:10px 18px 10px 14px;border:1px solid currentColor}
.verdict .icon{font-size:22px;font-weight:700;line-height:1;width:26px;text-align:center}
.verdict strong{display:block;font-size:17px;line-height:1.3}
.verdict p>span{display:block;font-size:13px}
.command{display:flex;gap:12px;align-items:center;margin-top:14px;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:7px 8px 7px 14px}
.command-name{color:var(--muted);font-size:12px;flex:none}
.command code{flex:1;min-width:0;overflow-wrap:anywhere;white-space:pre-wrap;user-select:all;max-height:8em;overflow:auto}
button{font:inherit;font-size:12px;color:var(--ink);background:var(--faint);border:1px solid var(--line);border-radius:6px;padding:3px 12px;cursor:pointer;flex:none}
button:hover{border-color:var(--muted)}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:16px;align-items:start}
.pair>.card{padding:12px 18px;height:100%}
.pair.first{grid-template-columns:minmax(0,5fr) minmax(0,3fr)}
.pair.last{grid-template-columns:minmax(0,7fr) minmax(0,5fr)}
.none{color:var(--muted);margin-top:6px}
.none.good{color:var(--good)}
.scroll{overflow-x:auto;margin-top:8px}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:5px 10px;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;color:var(--muted);font-weight:500;font-size:12px;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:600;overflow-wrap:anywhere;min-width:7em}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
td.number,th.number{text-align:right;white-space:nowrap}
th.group{text-align:center;border-bottom:1px solid var(--line);padding-bottom:2px}
.missed .state{color:var(--bad)}
td.bad{color:var(--bad);font-weight:600}
td code{overflow-wrap:anywhere}
.met .state{color:var(--good)}
.state{white-space:nowrap;font-weight:600}
.missed td{background:var(--bad-ground)}
.missed td:first-child{box-shadow:-8px 0 var(--bad-ground)}
.missed td:last-child{box-shadow:8px 0 var(--bad-ground)}
.violations{padding-left:22px;margin-top:6px}
.violations li{padding:3px 0}
.violation-head{font-size:13px;overflow-wrap:anywhere}
.violation-text{color:var(--ink);white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px;max-height:9em;overflow:auto}
#violations strong{color:var(--bad)}
.tag{font-size:11px;color:var(--muted);border:1px solid var(--line);border-radius:8px;padding:0 6px}
details{margin-top:8px}
summary{cursor:pointer;color:var(--muted);font-size:13px;width:fit-content}
summary:hover{color:var(--ink)}
.cards{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:12px}
.figure-card{padding:12px 14px;display:flex;flex-direction:column}
.figure-card h3{color:var(--muted);font-weight:500}
.figure-card .value{font-size:24px;line-height:1.3;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere;margin-bottom:4px}
.figure-card.bad .value{color:var(--bad)}
.figure-card dl{font-size:12.5px;margin-top:auto}
.figure-card dl div{display:flex;justify-content:space-between;gap:8px}
.figure-card dt{color:var(--muted);white-space:nowrap}
.figure-card dd{text-align:right;overflow-wrap:anywhere}
.meter{display:block;width:100%;height:4px;margin:2px 0 8px;border-radius:2px}
.meter-ground{fill:var(--faint)}
.meter-value{fill:var(--c0)}
.bad .meter-value{fill:var(--bad)}
.section-head{display:flex;flex-wrap:wrap;gap:2px 16px;align-items:baseline;justify-content:space-between}
.remark{color:var(--muted);font-size:12.5px;overflow-wrap:anywhere}
.code{position:relative;margin-top:8px}
.code button{position:absolute;top:8px;right:8px}
pre{margin:0;padding:12px 14px;background:var(--page);border:1px solid var(--line);border-radius:8px;overflow:auto;max-height:640px;font-size:12.5px;line-height:1.55}
.y-key{color:var(--c0)}
.y-comment{color:var(--muted)}
.terms{display:grid;gap:7px;margin-top:8px;font-size:12.5px;line-height:1.45}
.terms div:target{background:var(--warn-ground);outline:6px solid var(--warn-ground);border-radius:2px}
.terms dt{font-weight:600}
.terms dd{color:var(--muted)}
@media (max-width:1120px){th,td{padding:5px 7px}}
@media (max-width:1240px){.cards{grid-template-columns:repeat(3,minmax(0,1fr))}}
@media (max-width:760px){.pair,.pair.first,.pair.last{grid-template-columns:minmax(0,1fr)}.cards{grid-template-columns:repeat(2,minmax(0,1fr))}.headline{flex-direction:column}.verdict{max-width:100%}main{padding:16px 12px}}
@media print{nav,button{display:none}.card{break-inside:avoid}}
`;

/** The whole style of a report. No urls, no imports. */
export const STYLE: string = (COLORS + PAGE + PLOT_STYLE).replace(/\n+/g, '\n');
