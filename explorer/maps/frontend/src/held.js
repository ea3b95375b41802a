// What a file holds: a header and its arrays, packed as explorer/maps/alone/packing.py does it.
import { bytesOf } from "./arrays.js";

export const unpacked = (base64) => opened(bytesOf(base64));

export async function opened(bytes) {
  const packed = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return read(await new Response(packed).arrayBuffer());
}

// The length of the header in 4 bytes, the header, and arrays from the next multiple of 8 on.
export function read(whole) {
  const length = new DataView(whole).getUint32(0, true);
  const base = 8 * Math.ceil((4 + length) / 8);
  const header = new TextDecoder().decode(new Uint8Array(whole, 4, length));
  return JSON.parse(header, (_, value) =>
    value?.array ? whole.slice(base + value.array[0], base + value.array[0] + value.array[1]) : value);
}
