/** Deeper than this no document of a person's nests its blocks; parsers and walkers call themselves once a level. */
const MAX_DEPTH = 200

/** Thrown by a parser for a document that it will not go on with; the message ends a sentence. */
export class LimitError extends Error {}

export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new LimitError(`its blocks are nested more than ${MAX_DEPTH} deep`)
}

/**
 * Throws for a line of Markdown that opens too many quotations and lists, which would keep the parser busy for seconds
 * and fill its memory before there is a tree to look at.
 */
export function checkMarkers(text: string): void {
  for (const [line] of text.matchAll(MARKERS)) checkDepth(line.replace(/[^>.)*+-]/g, '').length)
}

// The markers at the head of a line.
const MARKERS = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))+/gm
