// Where each map was last looked at in this tab, so that a reload loses nothing.
const name = (map) => `explorer.view ${map}`;

// The storage of the tab; null where a page may not have one.
function storage() {
  try {
    return window.sessionStorage;
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return null;
  }
}

export function keepView(map, view) {
  storage()?.setItem(name(map), JSON.stringify([...view]));
}

// The camera, 16 numbers; null where the map was not looked at.
export function keptView(map) {
  const kept = storage()?.getItem(name(map));
  return kept ? Float32Array.from(JSON.parse(kept)) : null;
}
