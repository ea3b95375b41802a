// Two fingers on a map: one keeps scrolling the page, two enlarge and move what is below them.

const between = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;

// Where two fingers are over an element: the middle between them, and how far they are apart, in pixels.
function held(touches, element) {
  const { left, top } = element.getBoundingClientRect();
  const [a, b] = touches;
  return { at: [(a.clientX + b.clientX) / 2 - left, (a.clientY + b.clientY) / 2 - top], apart: between(touches) };
}

// Call `move(from, to, factor)` for every step of two fingers on an element: what was at `from` is to be
// at `to`, so many times larger; and `begin()` before the first, which declines by false.
export function pinched(element, { begin, move }) {
  let last = null;
  element.addEventListener("touchstart", (event) => {
    last = null;
    if (event.touches.length !== 2 || begin() === false) return;
    event.preventDefault(); // the browser would enlarge the page
    last = held(event.touches, element);
  }, { passive: false });
  element.addEventListener("touchmove", (event) => {
    if (!last || event.touches.length !== 2) return;
    event.preventDefault();
    const now = held(event.touches, element);
    move(last.at, now.at, now.apart / last.apart);
    last = now;
  }, { passive: false });
  for (const name of ["touchend", "touchcancel"]) element.addEventListener(name, () => (last = null));
}
