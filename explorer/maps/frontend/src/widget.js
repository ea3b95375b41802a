// A map in a notebook: what stands in a file comes from the kernel, and the kernel hears what is selected.
import STYLE from "../../alone/page.css";
import { Desk } from "./desk.js";
import { element } from "./frame.js";
import { opened } from "./held.js";

const LOADED = 400; // milliseconds after which a notebook that changes its theme shows its page again

const same = (a, b) => a.length === b.length && a.every((row, i) => row === b[i]);

// Of the notebook where it says so, else of the system.
function isDark() {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return vscodeThemeKind.includes("dark");
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

async function render({ model, el }) {
  const host = element("div");
  host.setAttribute("data-lm-suppress-shortcuts", "true"); // keys are the map's, not commands of the notebook
  host.onkeydown = (event) => event.stopPropagation();
  host.classList.toggle("dark", isDark());
  el.append(host);
  const root = element("main", { className: "widget" });
  host.attachShadow({ mode: "open" }).append(element("style", { textContent: STYLE }), root);
  const held = await opened(model.get("_held"));
  root.style.setProperty("--height", `${held.map.height}px`);
  const desk = new Desk(root, held, model.get("_pictures"), (rows) => {
    if (same(rows, model.get("rows"))) return;
    model.set("rows", rows);
    model.save_changes();
  });
  const follow = () => {
    if (!same(model.get("rows"), desk.picked?.rows ?? [])) desk.select(model.get("rows"), "selected in the notebook");
  };
  const themes = new MutationObserver(() => {
    if (host.classList.contains("dark") === isDark()) return;
    host.classList.toggle("dark");
    setTimeout(() => desk.themed(), LOADED);
  });
  themes.observe(document.body, { attributes: true });
  model.on("change:rows", follow);
  follow();
  return () => {
    model.off("change:rows", follow);
    themes.disconnect();
    desk.destroy();
  };
}

export default { render };
