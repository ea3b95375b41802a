// What the parts of a page tell each other, without a way over the server.
export const HOVERED = "embedding-explorer-hover"; // { group, point, from }
export const BRUSHED = "embedding-explorer-brush"; // { group, mask, began }: which items pass; null for all
export const LEFT = "embedding-explorer-left"; // { group, column, names }: what a legend leaves; null for all
export const AGAIN = "embedding-explorer-again"; // { group, name }: "undo" or "redo", asked for beside the map
export const PICKED = "embedding-explorer-pick"; // { group, names }: by column, what bars leave of it
