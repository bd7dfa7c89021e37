import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { EventPage, ListedEvent } from '../../shared/model/views.ts';
import { visibleText } from '../../shared/wording/visible.ts';

/** Characters of a message that a list holds, and that the detail of one event begins with. */
const LISTED_MESSAGE_CHARACTERS = 2_000;
export const DETAIL_MESSAGE_CHARACTERS = 16_000;

/**
 * What goes to the window, with every character of the evidence visible: NUL, escape sequences of terminals, bidirectional
 * controls. This is the one place where it is done, so no screen, tooltip or label can forget it. Numbers, flags and the
 * shape stay as they are, and what is visible already is handed on as it is: of a case with thousands of incidents nearly
 * everything is.
 */
export function shown<T>(value: T): T {
  return visibleIn(value) as T;
}

/** Letters, digits and signs of ASCII, blanks and line feeds: what visibleText leaves alone. */
const PLAIN = /^[\n -~]*$/;

function visibleIn(value: unknown): unknown {
  if (typeof value === 'string') return PLAIN.test(value) ? value : visibleText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(visibleIn);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, visibleIn(inner), inner] as const);
  if (entries.every(([, visible, inner]) => visible === inner)) return value;
  return Object.fromEntries(entries.map(([key, visible]) => [key, visible]));
}

/** A page of a list as the window gets it, with the tags of its rows. */
export function shownPage(page: EventPage, tags: ReadonlyMap<number, readonly string[]>): EventPage {
  return {
    ...page,
    events: page.events.map((event) => {
      const own = tags.get(event.row);
      const listed = shownEvent(event, LISTED_MESSAGE_CHARACTERS);
      return own === undefined ? listed : { ...listed, tags: shown(own) };
    }),
  };
}

/** An event as the window gets it: visible, and its message cut where it is longer. */
export function shownEvent(event: EvidenceEvent, limitCharacters: number): ListedEvent {
  if (event.message.length <= limitCharacters) return shown(event);
  // Not between the halves of a character.
  const isHalf = /[\ud800-\udbff]/.test(event.message[limitCharacters - 1] ?? '');
  const message = event.message.slice(0, isHalf ? limitCharacters - 1 : limitCharacters);
  return { ...shown({ ...event, message }), messageCut: true };
}
