export const STYLE = `
.reel { container-type: inline-size; font: var(--reel-font, 14px)/1.4 var(--st-font); color: var(--st-text-color);
  background: var(--st-background-color); transition: background-color 1ms; } /* its end tells that the theme has changed */
.whole { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 14px; }
.whole.plain { grid-template-columns: minmax(0, 1fr); }
.stage { position: relative; height: var(--reel-height); border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); overflow: hidden; }
.stage:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: pan-x pan-y; } /* two fingers zoom */
canvas.draw { cursor: crosshair; touch-action: none; }
.tools { position: absolute; right: 8px; top: 8px; display: flex; gap: 2px; padding: 2px; border-radius: 8px;
  border: 1px solid var(--st-border-color); background: color-mix(in srgb, var(--st-background-color) 86%, transparent); }
.tools[hidden] { display: none; }
.tools button { all: unset; box-sizing: border-box; width: 28px; height: 26px; border-radius: 6px; display: grid; place-items: center;
  cursor: pointer; }
.tools button:hover { background: var(--st-secondary-background-color); }
.tools button[aria-pressed=true] { background: var(--st-primary-color); color: #fff; }
.tools svg { width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.picks .legend { max-width: calc(100% - 170px); }
.legend { position: absolute; top: 8px; left: 10px; display: flex; flex-wrap: wrap; gap: 2px 12px; pointer-events: none;
  padding: 1px 7px; border-radius: 6px; background: color-mix(in srgb, var(--st-background-color) 84%, transparent); }
.legend span { display: inline-flex; align-items: center; gap: 5px; }
.legend i { width: 10px; height: 10px; border-radius: 50%; }
.legend i.shape1 { border-radius: 0; transform: rotate(45deg) scale(0.9); }
.legend i.shape2 { border-radius: 0; }
.legend i.shape3 { border-radius: 0; clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.legend i.bar { width: 90px; border-radius: 3px; }
.card { position: absolute; max-width: 240px; padding: 7px 9px; pointer-events: none; z-index: 2; overflow-wrap: anywhere;
  background: var(--st-background-color); border: 1px solid var(--st-border-color); border-radius: 8px;
  box-shadow: 0 3px 14px rgb(0 0 0 / 0.22); }
.card[hidden] { display: none; }
.card img { display: block; max-width: 96px; max-height: 96px; min-width: 48px; border-radius: 4px; margin-bottom: 4px; }
.hand { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 4px 10px; align-items: center; padding: 8px 2px 4px; }
.hand label { grid-column: 1 / -1; font-weight: 600; }
.hand output { contain: layout; min-width: 4em; text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
.hand .wide { grid-column: 1 / 3; }
input[type=range] { width: 100%; height: 24px; margin: 0; accent-color: var(--st-primary-color); cursor: pointer; }
button { all: unset; box-sizing: border-box; cursor: pointer; border: 1px solid var(--st-border-color); border-radius: 8px;
  padding: 2px 11px; min-height: 28px; }
button:hover { background: var(--st-secondary-background-color); }
button[aria-checked=true] { background: var(--st-text-color); color: var(--st-background-color); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.switch { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.switch b { font-weight: 600; margin-right: 4px; }
.tracks { display: grid; gap: 10px; align-content: start; }
figure { margin: 0; contain: layout; }
figcaption { display: flex; justify-content: space-between; gap: 8px; align-items: baseline; }
figcaption output { font-size: 1.35em; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.curve { position: relative; height: 46px; overflow-x: clip; overflow-clip-margin: 6px; contain: layout; cursor: ew-resize; touch-action: none;
  border-bottom: 1px solid var(--st-border-color); }
.curve svg { display: block; width: 100%; height: 100%; overflow: hidden; }
.curve path, .curve line { fill: none; vector-effect: non-scaling-stroke; }
.curve .band { fill: var(--st-primary-color); fill-opacity: 0.2; }
.curve .line { stroke: var(--st-primary-color); stroke-width: 2; }
.curve .other { stroke: currentColor; stroke-opacity: 0.35; stroke-width: 1.2; }
.curve .chance { stroke: currentColor; stroke-opacity: 0.75; stroke-width: 1.2; stroke-dasharray: 4 3; }
.curve .truth { stroke: #009e73; stroke-width: 2; }
.curve .cursor { position: absolute; inset: 0; border-left: 1px solid currentColor; opacity: 0.5; will-change: transform; }
.curve .dot { position: absolute; width: 10px; height: 10px; margin: -5px; border-radius: 50%;
  background: var(--st-primary-color); border: 2px solid var(--st-background-color); box-sizing: border-box; }
.notes { display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 0.86em; font-variant-numeric: tabular-nums; min-height: 17px; }
.finds { display: grid; grid-template-columns: minmax(150px, 2fr) 5fr; gap: 12px; padding-top: 4px; }
.found { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 6px; }
.item { display: block; padding: 4px 6px; border: 2px solid transparent; border-radius: 8px; font-size: 0.9em;
  line-height: 1.3; overflow-wrap: anywhere; min-height: 84px; text-align: center; }
.item span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 5; overflow: hidden; }
.item.query { width: 100%; min-height: 44px; border: 1px solid var(--st-border-color); text-align: left; }
.item.partner { border-color: var(--st-primary-color); }
.item img { display: block; margin: 0 auto; max-width: 100%; height: 72px; object-fit: contain; border-radius: 4px;
  filter: drop-shadow(0 0 1px gray); }
.place { margin: 3px 2px; font-size: 0.86em; font-variant-numeric: tabular-nums; }
@container (max-width: 640px) {
  .whole { grid-template-columns: minmax(0, 1fr); }
  .stage { height: min(var(--reel-height), 300px); }
  .tracks { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px 18px; }
  figcaption output { font-size: 1.15em; }
  .finds { grid-template-columns: minmax(0, 1fr); }
  .item { min-height: 60px; }
}
`;
