// Points drawn straight into the pixels of a picture: as fast as the hand, and without a graphics card.

// "#rrggbb" as a pixel of a picture, mixed with another color: 0 gives that one, 1 the first.
export function pixel(color, other = color, share = 1) {
  const part = (i) => {
    const [a, b] = [color, other].map((one) => parseInt(one.slice(2 * i + 1, 2 * i + 3), 16));
    return Math.round(b + share * (a - b));
  };
  return ((255 << 24) | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0;
}

// "rgb(1, 2, 3)", as the browser says it, as "#010203".
export function hex(color) {
  const parts = color.match(/[\d.]+/g).slice(0, 3);
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

// The pixels of a disc around a point, as steps in a picture that is so many pixels wide.
export function disc(radius, width) {
  const steps = [];
  const reach = Math.floor(radius);
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++)
      if (dx * dx + dy * dy <= radius * radius) steps.push(dy * width + dx);
  return Int32Array.from(steps);
}

// Draw the points for which `mask` is `value`, every `stride`-th of them, or all where there is no mask.
// `order` says in which order, `hidden` which codes are left out. Returns how many lie in the picture.
export function splat(picture, points, { camera, tones, radius, mask, value, hidden, order, stride = 1 }) {
  const { pixels, width, height } = picture;
  const { x, y, codes } = points;
  const { kx, ky, x: left, y: top } = camera;
  const steps = disc(radius, width);
  const reach = Math.floor(radius);
  let drawn = 0;
  for (let at = 0; at < x.length; at += stride) {
    const i = order ? order[at] : at;
    if ((mask && mask[i] !== value) || (hidden && hidden[codes[i]])) continue;
    const px = Math.round(x[i] * kx + left);
    const py = Math.round(y[i] * ky + top);
    if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
    const center = py * width + px;
    const tone = tones[codes[i]];
    for (let step = 0; step < steps.length; step++) pixels[center + steps[step]] = tone;
    drawn += 1;
  }
  return drawn;
}

// A picture of the size of a canvas, to be drawn into and then shown.
export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  // Of the size of the canvas now, all of one color.
  clear(tone) {
    const { width, height } = this.canvas;
    if (this.width !== width || this.height !== height) {
      Object.assign(this, { width, height });
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    this.pixels.fill(tone);
  }

  show() {
    this.context.putImageData(this.image, 0, 0);
  }
}
