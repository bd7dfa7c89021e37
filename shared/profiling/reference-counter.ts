// &amp; &#10; &#xA; &name;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|(#(?:\d+|[xX][0-9a-fA-F]+))|[A-Za-z_][\w.-]*);/y;
/** Longer names are of no known entity; what is cut where a piece of text ends is looked at again with the next. */
const MOST_CHARACTERS = 64;

/** References of a document by their kind; see ArtifactStatistics.entities. */
export class ReferenceCounter {
  predefined = 0;
  characters = 0;
  other = 0;
  #cut = '';

  /** Counts those in a piece of text; one that is cut at its end counts with the next piece. */
  count(piece: string): void {
    if (this.#cut === '' && piece.indexOf('&') < 0) return;
    const text = this.#cut + piece;
    this.#cut = '';
    for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
      REFERENCE.lastIndex = at;
      const found = REFERENCE.exec(text);
      if (found === null) {
        const rest = text.slice(at);
        if (rest.length < MOST_CHARACTERS && /^&#?[\w.-]*$/.test(rest)) this.#cut = rest;
      } else if (found[1] !== undefined) this.predefined++;
      else if (found[2] !== undefined) this.characters++;
      else this.other++;
    }
  }

  /** What follows is not the continuation of what was counted last. */
  leave(): void {
    this.#cut = '';
  }
}
