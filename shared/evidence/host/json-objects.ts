/** An object of a JSON text: where it begins and ends, and how many others it lies in. */
export interface PlacedObject {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const LF = 0x0a;
/** Objects within one another; what goes deeper is none of the documents that are read so. */
const MOST_DEPTH = 1_000;

/** Every object of a JSON text, inner ones before what holds them, and whether all of them end. */
export function objectsOf(text: string): { readonly objects: readonly PlacedObject[]; readonly isWhole: boolean } {
  const objects: PlacedObject[] = [];
  const open: number[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at += 1;
      // No string of JSON goes on in another line: one that does is damage.
      else if (code === QUOTE || code === LF) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === BRACE && open.length < MOST_DEPTH) open.push(at);
    else if (code === BRACE_END) {
      const from = open.pop();
      if (from !== undefined) objects.push({ from, to: at + 1, depth: open.length });
    }
  }
  return { objects, isWhole: open.length === 0 };
}
