// Arrays by address: fetched once, kept for as long as the page lives; or those that are here already.
export const TYPES = { f8: Float64Array, u1: Uint8Array, u2: Uint16Array };
const KEPT = 24;
const known = new Map();

export async function array(address, Type) {
  if (!address) return null;
  if (address instanceof ArrayBuffer) return new Type(address);
  if (!known.has(address)) {
    const loading = load(address);
    known.set(address, loading);
    loading.catch(() => known.delete(address)); // what failed is asked for again
    if (known.size > KEPT) known.delete(known.keys().next().value);
  }
  return new Type(await known.get(address));
}

async function load(address) {
  if (address.startsWith("data:")) return bytesOf(address.slice(address.indexOf(",") + 1)).buffer;
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.arrayBuffer();
}

export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
