const ADDRESS = /(https?:\/\/[^\s<>"'`]+)/gi;
const AFTER = /[.,;:!?)\]}]+$/; // of a sentence, not of the address in it

// The web addresses in a text, and what stands between them; nothing but http and https is one.
export function addresses(text) {
  return text.split(ADDRESS).flatMap((part, i) => {
    if (i % 2 === 0) return [[part, false]];
    const end = part.includes("(") ? "" : part.match(AFTER)?.[0] ?? "";
    return [[part.slice(0, part.length - end.length), true], [end, false]];
  }).filter(([part]) => part);
}

// Where the words that were searched stand in a text, whatever their case.
export function marked(text, words) {
  const wanted = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!wanted.length) return [[text, false]];
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "giu"));
  return parts.map((part, i) => [part, i % 2 === 1]).filter(([part]) => part);
}

// A number of things: "1 item", "1,200 items".
export const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
