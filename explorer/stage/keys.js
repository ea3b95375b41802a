// Arrow keys of the lessons, the whole screen, and a point of light that follows the mouse while presenting.
const KEYS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back" };
const TAKES_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=radiogroup], [role=combobox], [role=img]";

// Escape ends presenting, unless it closes what is open above the step.
const leaves = ({ key }, presented) =>
  key === "Escape" && presented && !document.querySelector("[data-testid=stPopoverBody]") && "present";

export default function ({ data }) {
  const press = (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.composedPath().some((one) => one.matches?.(TAKES_KEYS))) return; // theirs
    const name = KEYS[event.key] || leaves(event, data.presented);
    const button = name && document.querySelector(`.st-key-lesson-${name} button:not([disabled])`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  };
  const whole = (event) => {
    if (!event.target.closest?.(".st-key-lesson-whole")) return;
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.();
  };
  const light = data.presented ? document.createElement("div") : null;
  const follow = ({ clientX, clientY, pointerType }) => {
    light.style.transform = `translate(${clientX - 13}px, ${clientY - 13}px)`;
    light.hidden = pointerType !== "mouse";
  };
  if (light) {
    light.hidden = true;
    light.ariaHidden = "true";
    light.style.cssText = "position:fixed;left:0;top:0;width:26px;height:26px;border-radius:50%;pointer-events:none;"
      + "z-index:1000000;background:radial-gradient(rgb(255 30 30 / 0.75), rgb(255 30 30 / 0.35) 45%, transparent 70%)";
    document.body.append(light);
    document.addEventListener("pointermove", follow);
  }
  document.addEventListener("keydown", press);
  document.addEventListener("click", whole);
  return () => {
    document.removeEventListener("keydown", press);
    document.removeEventListener("click", whole);
    document.removeEventListener("pointermove", follow);
    light?.remove();
  };
}
