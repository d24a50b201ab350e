/** One sheet for all pages: light, dark, and on paper; from a telephone to a wide screen. */
const tokens = `
:root{color-scheme:light dark;--paper:#fff;--card:#f6f8fa;--ink:#1b2128;--dim:#55606c;--line:#d5dbe1;--accent:#1f5fae;
--good:#136c3f;--good-soft:#e4f4ea;--bad:#b0231b;--bad-soft:#fdeae8;--warn:#7d5200;--warn-soft:#fdf3dc;--idle-soft:#eef1f4;
--new:#1f5fae;--changed:#b8720a;--unchanged:#b9c3cd;--absent:#8a4f9e;--before:#8793a0}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--card:#1c222a;--ink:#e4e9ee;--dim:#a3afbb;--line:#36404b;--accent:#7db4f5;
--good:#6fd39b;--good-soft:#16301f;--bad:#ff938a;--bad-soft:#3c1b19;--warn:#eec26a;--warn-soft:#362a10;--idle-soft:#232a32;
--new:#6ca8ef;--changed:#e0a045;--unchanged:#566270;--absent:#c590d8;--before:#8793a0}}`;

const text = `
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;background:var(--paper);color:var(--ink);
-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0 auto;padding:1.25rem clamp(1rem,3vw,3rem) 3rem;max-width:100rem}
h1{font-size:clamp(1.4rem,1.1rem + 1.4vw,2.1rem);line-height:1.2;margin:.5rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .75rem}
h3{font-size:1.02rem;line-height:1.35;margin:0 0 .5rem;overflow-wrap:anywhere}
p{margin:.5rem 0;max-width:75ch;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
main>section{margin:2.5rem 0 0}
.dim,.said{color:var(--dim)}
th .said{margin:.15rem 0 0;font-weight:400}
.skip{position:absolute;left:-99rem}
.skip:focus{position:static}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--dim);font-size:.875rem}
nav ol,nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.9375rem}
.crumbs li+li::before{content:"/";margin-right:1rem;color:var(--dim)}
.contents{margin:1.25rem 0 0;padding:.6rem .9rem;background:var(--card);border-radius:.5rem}
code,pre,td.code{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
code{overflow-wrap:anywhere}
.typed{margin:.5rem 0 1rem;padding:.75rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem;overflow-x:auto}
pre{margin:0}
pre code{overflow-wrap:normal;white-space:pre}`;

const blocks = `
.verdict{display:flex;gap:.8rem;align-items:center;max-width:none;margin:0 0 1.25rem;padding:.9rem 1.1rem;border-radius:.6rem;
border:1px solid currentColor;font-size:1.0625rem;font-weight:600}
.verdict .sign{flex:none;display:grid;place-items:center;width:1.9rem;height:1.9rem;border-radius:50%;border:2px solid currentColor}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.idle{color:var(--dim)}
.verdict.good,.note.good{background:var(--good-soft)}.verdict.bad,.note.bad{background:var(--bad-soft)}
.verdict.warn,.note.warn{background:var(--warn-soft)}.verdict.idle,.note.idle{background:var(--idle-soft)}
.note{margin:.5rem 0 1.25rem;max-width:85ch;padding:.55rem .8rem;border-radius:.4rem;border-left:.25rem solid currentColor}
.note>*{color:var(--ink)}
.badge{white-space:nowrap;font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:.7rem 1.5rem;margin:0}
.card .facts{grid-template-columns:repeat(auto-fill,minmax(min(100%,7.5rem),1fr))}
.facts .long{grid-column:1/-1}
.facts dt{font-size:.8125rem;color:var(--dim)}
.facts dd{margin:0;overflow-wrap:anywhere}
.tools{display:flex;gap:.75rem;align-items:center;margin:.5rem 0}
.tools input{font:inherit;padding:.3rem .6rem;width:min(100%,18rem);color:inherit;background:var(--paper);border:1px solid var(--dim);border-radius:.4rem}
.card{margin:0 0 1rem;padding:1rem 1.1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--paper);break-inside:avoid-page}
.card.bad-edge{border-left:.3rem solid var(--bad)}.card.warn-edge{border-left:.3rem solid var(--warn)}
.card>:last-child{margin-bottom:0}
.beside{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}
.beside>*{min-width:0}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1.25rem 2rem;align-items:start;margin:.75rem 0 1rem}`;

const tables = `
.scroll{overflow-x:auto;margin:0 0 1rem;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9063rem}
caption{text-align:left;padding:.55rem .75rem;color:var(--dim);font-size:.8438rem}
th,td{padding:.4rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{white-space:nowrap;font-size:.8125rem;color:var(--dim);background:var(--card);vertical-align:bottom}
tbody th{font-weight:600;overflow-wrap:break-word;max-width:22rem}
td{overflow-wrap:break-word;max-width:32rem}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.wide{min-width:14rem;overflow-wrap:anywhere}
td.code{min-width:12rem;overflow-wrap:anywhere}
td.whole{white-space:nowrap}
tbody tr:hover{background:var(--card)}
th button{all:unset;cursor:pointer;white-space:nowrap}
th button:focus-visible{outline:2px solid var(--accent)}
th button::after{content:"↕";margin-left:.35em;opacity:.55}
th[aria-sort=ascending] button::after{content:"↑";opacity:1}
th[aria-sort=descending] button::after{content:"↓";opacity:1}
[hidden]{display:none!important}
.sum td,.sum th{font-weight:600;border-top:2px solid var(--dim)}
td.fill-good{background:var(--good-soft)}td.fill-bad{background:var(--bad-soft)}td.fill-warn{background:var(--warn-soft)}td.fill-idle{background:var(--idle-soft)}`;

const charts = `
figure{margin:0}
figcaption{font-size:.8438rem;color:var(--dim);margin-bottom:.25rem;overflow-wrap:anywhere}
svg{display:block;max-width:100%;height:auto;overflow:visible}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--dim)}
svg .axis{stroke:var(--line)}svg .edge{stroke:var(--warn);stroke-dasharray:4 3;fill:none}
svg .band{fill:var(--good);opacity:.13}svg .spread{fill:var(--accent);opacity:.16}svg .inner{fill:var(--accent);opacity:.28}
svg .line{fill:none;stroke:var(--accent);stroke-width:1.75;stroke-linejoin:round}svg .thin{fill:none;stroke:var(--dim)}
svg .dot{fill:var(--accent)}svg .miss{fill:none;stroke:var(--bad);stroke-width:2}
svg .here{fill:var(--paper);stroke:var(--accent);stroke-width:2}
svg .new{fill:var(--new)}svg .changed{fill:var(--changed)}svg .unchanged{fill:var(--unchanged)}svg .absent{fill:var(--absent)}
svg .now{fill:var(--accent);opacity:.5}svg .then{fill:none;stroke:var(--changed);stroke-width:2}svg .then-bar{fill:var(--before)}
svg .bar{fill:var(--accent)}svg .bar.bad{fill:var(--bad)}svg .hatch{stroke:var(--paper);stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:.25rem 0 .75rem;padding:0;font-size:.8438rem;color:var(--dim)}
.legend li{display:flex;gap:.4rem;align-items:center}`;

const paper = `
@media print{:root{color-scheme:light;--paper:#fff;--card:#f6f8fa;--ink:#000;--dim:#444;--line:#bbb;--accent:#1f5fae;--good:#136c3f;
--good-soft:#fff;--bad:#b0231b;--bad-soft:#fff;--warn:#7d5200;--warn-soft:#fff;--idle-soft:#fff;--new:#1f5fae;--changed:#b8720a;
--unchanged:#b9c3cd;--absent:#8a4f9e}
html{font-size:10.5pt}body{padding:0;max-width:none}.skip,.contents,.tools,.crumbs{display:none}.scroll{overflow:visible;border:0}
a{color:inherit;text-decoration:none}th button::after{content:""!important;margin:0}pre code{white-space:pre-wrap;overflow-wrap:anywhere}
thead{display:table-header-group}tr,figure,.verdict{break-inside:avoid}h2,h3,caption{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}table{font-size:8.5pt}th,td{padding:.25rem .4rem}
thead th,thead button{white-space:normal}.wide,td.code{min-width:0}
table:has(th:nth-child(9)) :is(tbody th,td:not(.figure)){overflow-wrap:anywhere}table:has(th:nth-child(9)) .badge{white-space:normal}}`;

export const style = [tokens, text, blocks, tables, charts, paper].join("").replaceAll("\n", "");
