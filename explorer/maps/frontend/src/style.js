export const STYLE = `
.frame { container-type: inline-size; position: relative; height: var(--map-height); display: flex; border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); overflow: hidden; outline-offset: -2px;
  font: 13px/1.4 var(--st-font); color: var(--st-text-color); background: var(--st-background-color);
  transition: background-color 1ms; } /* its end tells that the theme has changed */
.frame:focus-visible { outline: 2px solid var(--st-primary-color); }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
canvas.over, canvas.brush { pointer-events: none; }
canvas[hidden] { display: none; }
.stage canvas { touch-action: pan-x pan-y; } /* one finger moves the page, two the map */
.frame.draw canvas.over { pointer-events: auto; cursor: crosshair; touch-action: none; }
.tools { position: absolute; z-index: 2; top: 8px; left: 8px; display: flex; gap: 2px; padding: 2px;
  background: var(--panel); border: 1px solid var(--st-border-color); border-radius: 8px; }
.tools button { all: unset; box-sizing: border-box; width: 30px; height: 28px; border-radius: 6px;
  display: grid; place-items: center; cursor: pointer; color: var(--st-text-color); }
.tools button:hover { background: var(--st-secondary-background-color); }
.tools button[aria-pressed="true"] { background: var(--st-primary-color); color: #fff; }
.tools button:disabled { opacity: 0.35; cursor: default; }
.tools button[hidden] { display: none; }
.tools button:focus-visible, .legend button:focus-visible { outline: 2px solid var(--st-primary-color); }
.tools svg { width: 17px; height: 17px; fill: none; stroke: currentColor; stroke-width: 1.7;
  stroke-linecap: round; stroke-linejoin: round; }
.tools i { width: 1px; margin: 4px 2px; background: var(--st-border-color); }
.stage { position: relative; flex: 1; min-width: 0; overflow: hidden; }
.legend { flex: none; width: 172px; box-sizing: border-box; overflow: auto; padding: 6px 8px;
  border-left: 1px solid var(--st-border-color); }
.legend[hidden] { display: none; }
.legend.folded { width: auto; max-width: 120px; }
.legend b { flex: 1; font-weight: 600; overflow-wrap: anywhere; }
.legend button { all: unset; box-sizing: border-box; display: flex; width: 100%; gap: 7px;
  align-items: center; min-height: 24px; padding: 0 3px; border-radius: 4px; cursor: pointer; }
.legend button:hover { background: var(--st-secondary-background-color); }
.legend button[aria-pressed="false"] { opacity: 0.6; text-decoration: line-through; }
.legend .entry.out { opacity: 0.6; }
.legend span.name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.legend span.dot { flex: none; width: 10px; height: 10px; border-radius: 50%; }
.legend .bar { height: 11px; min-width: 120px; border-radius: 3px; margin: 3px 0 1px; }
.legend .ends { display: flex; justify-content: space-between; gap: 0.75em; font-variant-numeric: tabular-nums; }
.legend small { display: block; }
.card { position: absolute; max-width: 280px; padding: 8px 10px; pointer-events: none; z-index: 3;
  background: var(--st-background-color); border: 1px solid var(--st-border-color); border-radius: 8px;
  box-shadow: 0 3px 14px rgb(0 0 0 / 0.22); }
.card img { display: block; max-width: 128px; max-height: 128px; min-width: 48px; margin-bottom: 5px;
  border-radius: 4px; image-rendering: auto; }
.card div { overflow-wrap: anywhere; }
.card em { font-style: normal; opacity: 0.75; }
.foot { position: absolute; left: 8px; right: 8px; bottom: 6px; display: flex; gap: 4px 10px; flex-wrap: wrap;
  pointer-events: none; }
.foot > div { padding: 1px 7px; border-radius: 6px; background: var(--panel); }
.foot > div:empty { display: none; }
.status { font-variant-numeric: tabular-nums; white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
dialog { border: 1px solid var(--st-border-color); border-radius: 10px; padding: 16px 20px; margin: auto;
  background: var(--st-background-color); color: var(--st-text-color); font: 14px/1.5 var(--st-font); }
dialog::backdrop { background: rgb(0 0 0 / 0.35); }
dialog h3 { margin: 0 0 8px; font-size: 16px; }
dialog dl { display: grid; grid-template-columns: auto auto; gap: 3px 18px; margin: 0 0 12px; }
dialog dt { font-weight: 600; } dialog dd { margin: 0; }
dialog button { font: inherit; padding: 4px 14px; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color); color: inherit; }
@container (max-width: 1000px) { /* a row of its own for the tools, which would lie over points */
  .stage { margin-top: 46px; }
}
@container (max-width: 520px) {
  .legend { position: absolute; inset: auto 0 0 0; width: auto; display: flex; gap: 4px; align-items: center;
    border: 0; border-top: 1px solid var(--st-border-color); background: var(--st-background-color); }
  .legend.folded { max-width: none; }
  .legend button, .legend > div { flex: none; width: auto; }
  .stage { margin-bottom: 42px; }
  .tools button { width: 27px; }
}
`;
