// Regions drawn over a map by hand: a box or a lasso, beside each other in pixels of an element.
const LEAST = 4; // pixels that a hand moves before it has drawn

// What a press begins, by the tool that is chosen and the keys that are held; null where it moves the map.
export function begun(event, tool) {
  if (event.button || (tool === "pan" && !event.shiftKey)) return null;
  const kind = tool !== "pan" ? tool : event.ctrlKey || event.metaKey ? "lasso" : "box";
  return { kind, mode: event.altKey ? "subtract" : tool !== "pan" && event.shiftKey ? "add" : "new", path: [] };
}

// Go on to a place.
export function drawnTo(stroke, at) {
  if (stroke.kind === "box" && stroke.path.length) stroke.path[1] = at;
  else stroke.path.push(at);
}

// The corners of a finished stroke; null where the hand stayed in one place.
export function corners({ kind, path }) {
  const [first, last] = [path[0], path.at(-1)];
  if (!path.some(([x, y]) => Math.hypot(x - first[0], y - first[1]) > LEAST)) return null;
  return kind === "box" ? [first, [last[0], first[1]], last, [first[0], last[1]]] : path;
}

export function drawStroke(context, { kind, path }, color) {
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  if (kind === "box" && path.length > 1) context.rect(...path[0], path[1][0] - path[0][0], path[1][1] - path[0][1]);
  else path.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
  context.stroke();
}
