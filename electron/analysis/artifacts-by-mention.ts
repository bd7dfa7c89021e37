import { EVERY_EVENT } from '../../shared/contract/event-filter.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { EventStore } from '../events/event-store.ts';
import { baseName } from '../files/names.ts';
import { artifactsBySize, bySize } from '../profile/rank-artifacts.ts';

/** Names that are looked for in the log, each at the price of reading it through. */
const NAMES_LOOKED_FOR = 8;
const MESSAGES_PER_NAME = 500;

/** Those that the log names first, by how much of their path it names. Reads the log through. */
export function artifactsByMention(files: readonly EvidenceFile[], store: EventStore): readonly EvidenceFile[] {
  const xml = artifactsBySize(files);
  const messages = messagesNaming(xml, store);
  const tails = new Map(xml.map((file) => [file, longestTailIn(messages, file.path)]));
  return [...xml].sort((a, b) => (tails.get(b) ?? 0) - (tails.get(a) ?? 0) || bySize(a, b));
}

/** The latest messages that name any of these files. */
function messagesNaming(files: readonly EvidenceFile[], store: EventStore): string[] {
  const names = new Set(files.map((file) => baseName(file.path)));
  return [...names]
    .slice(0, NAMES_LOOKED_FOR)
    .flatMap((name) =>
      store
        .page({ ...EVERY_EVENT, text: name }, { column: 'time', descending: true }, 0, MESSAGES_PER_NAME)
        .events.map((event) => event.message),
    );
}

/**
 * How many of a path's last segments some message has in a row: for `run/logs/vpn/14/results.xml` and a log that says
 * `Parsing logs/vpn/14/results.xml` four. Jobs keep their artifacts under the same name in folders of their own.
 */
export function longestTailIn(messages: readonly string[], path: string): number {
  const segments = path.split('/');
  let found = 0;
  for (let length = 1; length <= segments.length; length++) {
    const tail = segments.slice(-length).join('/');
    if (!messages.some((message) => hasPathTail(message, tail))) break;
    found = length;
  }
  return found;
}

/** Whether a tail stands in a message from the beginning of one of its path segments on. */
function hasPathTail(message: string, tail: string): boolean {
  for (let at = message.indexOf(tail); at >= 0; at = message.indexOf(tail, at + 1)) {
    if (at === 0 || !/[\w.-]/.test(message.charAt(at - 1))) return true;
  }
  return false;
}
