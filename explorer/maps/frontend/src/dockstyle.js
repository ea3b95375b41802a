export const STYLE = `
.dock { font: 13px/1.4 var(--st-font); color: var(--st-text-color); }
.status { font-variant-numeric: tabular-nums; margin-bottom: 6px; font-weight: 600; }
section { padding: 6px 8px 8px; margin-bottom: 8px; border: 1px solid var(--st-border-color); border-radius: 8px; }
section.asked { border-color: var(--st-primary-color); }
header { display: flex; gap: 2px; align-items: center; margin-bottom: 4px; min-height: 24px; }
header b { flex: 1; font-weight: 600; overflow-wrap: anywhere; }
button { all: unset; box-sizing: border-box; cursor: pointer; border-radius: 5px; }
header button { padding: 0 6px; min-width: 24px; min-height: 24px; text-align: center; font-size: 12px; }
header button:hover, .bars button:hover { background: var(--st-secondary-background-color); }
header button[aria-pressed="true"] { background: var(--st-primary-color); color: var(--st-background-color); }
header button[hidden] { display: none; }
button:focus-visible, svg:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.histogram { display: block; width: 100%; height: 54px; cursor: ew-resize; touch-action: none; }
.histogram .all { fill: var(--st-border-color); }
.histogram .some { fill: var(--st-primary-color); }
.histogram .range { fill: var(--st-text-color); fill-opacity: 0.14; stroke: var(--st-text-color);
  stroke-width: 1; vector-effect: non-scaling-stroke; }
.ends { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; font-size: 12px; }
.bars button { display: grid; grid-template-columns: 38% 1fr 3.6em; gap: 8px; align-items: center; width: 100%;
  min-height: 24px; padding: 0 3px; }
.bars button.more { display: block; text-decoration: underline; }
.bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars .track { position: relative; height: 12px; }
.bars i { position: absolute; inset: 0 auto 0 0; border-radius: 2px; }
.bars i.all { background: var(--st-border-color); }
.bars i.some { background: var(--st-primary-color); }
.bars .count { text-align: right; font-variant-numeric: tabular-nums; }
.bars.picked button[aria-pressed="true"] .name { font-weight: 700; text-decoration: underline; }
.cards { display: grid; gap: 6px; }
.cards.pictures { align-items: start; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); }
.card { position: relative; box-sizing: border-box; width: 100%; padding: 7px 9px; border: 1px solid var(--st-border-color); border-radius: 8px; }
.card:hover { background: var(--st-secondary-background-color); }
.card .open { position: absolute; z-index: 1; inset: 0; border-radius: 8px; }
.card a { position: relative; z-index: 2; color: var(--st-link-color, var(--st-primary-color)); overflow-wrap: anywhere; }
.card.picked { border-color: var(--st-primary-color); outline: 1px solid var(--st-primary-color); }
.card img { display: inline-block; vertical-align: top; max-width: min(96px, 100%); max-height: 96px; min-width: 44px;
  border-radius: 4px; margin-right: 8px; }
.card .text { overflow-wrap: anywhere; white-space: pre-wrap; min-width: 75%; }
.card:not(.picked):not(:has(> img)) > .text { display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 8; overflow: hidden; }
.card mark { background: #f0e442; color: #111; border-radius: 2px; }
.card .value { float: right; font-variant-numeric: tabular-nums; font-weight: 600; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 4px; }
.chips span { padding: 0 7px; border-radius: 9px; font-size: 12px; overflow-wrap: anywhere; background: var(--st-secondary-background-color); }
.partner { margin-top: 6px; padding: 5px 0 0 8px; border-left: 3px solid var(--st-border-color); overflow: hidden; }
.partner em { font-style: normal; font-size: 12px; opacity: 0.8; display: block; }
.partner img { max-width: 56px; max-height: 56px; }
.tools { display: flex; gap: 6px; margin: 0 0 8px; }
.tool { padding: 2px 10px; margin: 0 4px 4px 0; border: 1px solid var(--st-border-color); }
.tool:hover { background: var(--st-secondary-background-color); }
.tool:disabled { opacity: 0.45; cursor: default; }
.quiet { font-size: 12px; opacity: 0.85; }
header .value { font-variant-numeric: tabular-nums; font-weight: 600; }
h2 { font-size: 13px; margin: 12px 0 6px; }
p { margin: 0 0 6px; }
`;
