/**
 * What was read at an index that must exist: `existing(times[row], row)`. Throws RangeError where there is nothing, since a
 * silent 0 would be taken for a value. The caller reads the element, so that each place is compiled for its own kind of array;
 * bytes that may have ended are no case for it.
 */
export function existing(element: number | undefined, index: number): number {
  if (element === undefined) throw missing(index);
  return element;
}

/** Apart, so that the function above is small enough to be inlined everywhere. */
function missing(index: number): RangeError {
  return new RangeError(`there is nothing at ${index}`);
}
