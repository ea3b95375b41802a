// What the parts of a page tell each other, without a way over the server.
export const HOVERED = "embedding-explorer-hover"; // { group, point, from }
export const BRUSHED = "embedding-explorer-brush"; // { group, mask, began }: which items pass; null for all
