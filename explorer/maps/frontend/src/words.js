// Where the words that were searched stand in a text, whatever their case.
export function marked(text, words) {
  const wanted = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!wanted.length) return [[text, false]];
  const parts = text.split(new RegExp(`(${wanted.join("|")})`, "giu"));
  return parts.map((part, i) => [part, i % 2 === 1]).filter(([part]) => part);
}
