import { readHeader } from '../headers/read-header.ts';
import { azure } from './azure.ts';
import { type Carried, type Carrier, type CarrierName, NOTHING_SAID } from './carrier.ts';
import { cloudLogging } from './cloud-logging.ts';
import { cloudwatch } from './cloudwatch.ts';
import { collectorJson } from './collector-json.ts';
import { compose } from './compose.ts';
import { cri } from './cri.ts';
import { dockerEvents } from './docker-events.ts';
import { dockerJson } from './docker-json.ts';
import { fly } from './fly.ts';
import { k9s } from './k9s.ts';
import { kubectlPrefix } from './kubectl-prefix.ts';
import { loki } from './loki.ts';
import { papertrail } from './papertrail.ts';
import { processManager } from './process-manager.ts';
import { render } from './render.ts';
import { runtimeStamp, shortStamp } from './runtime-stamp.ts';
import { stern } from './stern.ts';
import { svlogd } from './svlogd.ts';
import { terminal } from './terminal.ts';

/** Every carrier, in the order in which they are tried; which of two takes a line that both could is settled by it. */
export const CARRIERS: { readonly [Name in CarrierName]: Carrier } = {
  terminal,
  cri,
  'kubectl-prefix': kubectlPrefix,
  'docker-json': dockerJson,
  'docker-events': dockerEvents,
  'cloud-logging': cloudLogging,
  cloudwatch,
  azure,
  'collector-json': collectorJson,
  loki,
  papertrail,
  render,
  fly,
  svlogd,
  'process-manager': processManager,
  k9s,
  'runtime-stamp': runtimeStamp,
  compose,
  stern,
  'short-stamp': shortStamp,
};

const IN_ORDER: readonly Carrier[] = Object.values(CARRIERS);
/** Those that can begin with a brace, a digit, or anything else, as their samples and patterns do. */
const OF_OBJECTS = [dockerJson, dockerEvents, cloudLogging, cloudwatch, azure, collectorJson, loki];
const OF_DIGITS = [
  cri,
  cloudwatch,
  loki,
  papertrail,
  fly,
  svlogd,
  processManager,
  k9s,
  runtimeStamp,
  compose,
  stern,
  shortStamp,
  terminal,
];
const OF_OTHERS = IN_ORDER.filter(
  (carrier) =>
    carrier === terminal ||
    !OF_DIGITS.includes(carrier) ||
    carrier.isLoose ||
    carrier === papertrail ||
    carrier === svlogd,
);
/** Carriers around one line; a line in a fourth is unheard of. */
const DEPTH_LIMIT = 6;

/** A line with everything that its carriers say; the carriers' names, outermost first. */
export interface Peeled extends Carried {
  readonly carriers: readonly CarrierName[];
}

/**
 * Takes off a line what it is wrapped in, as often as needed. The innermost word counts for who wrote it and in which stream,
 * the outermost stamp that has a date for when. `known` are the loose carriers that the file's lines have; others of that sort
 * are left on.
 */
export function peel(line: string, known: ReadonlySet<string>): Peeled {
  if (!mayBeWrapped(line) && known.size === 0) {
    return {
      text: line,
      stamp: null,
      stream: null,
      who: null,
      host: null,
      level: null,
      isPart: false,
      carriers: NO_CARRIERS,
    };
  }
  let said: Carried = { ...NOTHING_SAID, text: line };
  let carriers: CarrierName[] | null = null;
  for (let depth = 0; depth < DEPTH_LIMIT; depth += 1) {
    if (!mayBeWrapped(said.text) && (known.size === 0 || /^\s|^$/.test(said.text))) break;
    const taken = takeOne(said.text, known);
    // Under a runtime's stamp the next is the logger's own.
    if (taken === null || (taken.name === 'short-stamp' && carriers?.includes('short-stamp') === true)) break;
    said = merge(said, taken.carried);
    carriers ??= [];
    carriers.push(taken.name);
  }
  return { ...said, carriers: carriers ?? NO_CARRIERS };
}

const NO_CARRIERS: readonly CarrierName[] = [];

/** Whether a text begins with a stamp, or with a level and who logged it. */
function isHeaded(text: string): boolean {
  const header = readHeader(text);
  if (header === null || header.stamp !== null) return header !== null;
  // `importer | INFO | run | text` is one header.
  return header.level !== null && (header.logger !== null || header.pid !== null) && !/^\S+ +\|/.test(text);
}

function takeOne(
  text: string,
  known: ReadonlySet<string>,
): { readonly name: CarrierName; readonly carried: Carried } | null {
  const code = text.charCodeAt(0);
  const isDigit = code >= 0x30 && code <= 0x39;
  const order = code === 0x7b ? OF_OBJECTS : isDigit ? OF_DIGITS : OF_OTHERS;
  for (const carrier of order) {
    const isKnown = !carrier.isLoose || known.has(carrier.name);
    if (!isKnown && carrier.name !== 'compose') continue;
    const carried = carrier.peel(text);
    // A name and a bar are a carrier by themselves where a logger's header stands behind them.
    if (carried !== null && (isKnown || isHeaded(carried.text))) return { name: carrier.name, carried };
  }
  return null;
}

function merge(outer: Carried, inner: Carried): Carried {
  return {
    text: inner.text,
    stamp: outer.stamp === null || (outer.stamp.type !== 'full' && inner.stamp !== null) ? inner.stamp : outer.stamp,
    stream: inner.stream ?? outer.stream,
    who: inner.who ?? outer.who,
    host: inner.host ?? outer.host,
    level: inner.level ?? outer.level,
    isPart: inner.isPart || outer.isPart,
  };
}

/** The names under which JSON carriers keep lines or say where they come from. */
const WRAPPING_NAMES =
  /"(?:Actor|log|stream|textPayload|jsonPayload|protoPayload|ingestionTime|logStreamName|eventId|@message|kubernetes|container(?:_name|_id|Name)?|podName|[rR]esultDescription|Log(?:_s|Message|Entry)?|agent|fluentd|_source|_raw|line)"/;

/** Whether a text may be wrapped, by its beginning: most lines of a plain log begin with a blank, gunicorn's bracket or a date. */
function mayBeWrapped(text: string): boolean {
  const code = text.charCodeAt(0);
  if (code === 0x20 || code === 0x09 || Number.isNaN(code)) return false;
  if (code === 0x7b) return WRAPPING_NAMES.test(text);
  const second = text.charCodeAt(1);
  // [2026-01-28 04:10:19 +0000]
  if (code === 0x5b) return second < 0x30 || second > 0x39;
  if (code < 0x30 || code > 0x39) return true;
  // 2026-01-28T04:10:22, 2026-01-28_04:10:22, 04:10:22, or a name before a bar
  const behindDate = text.charCodeAt(10);
  if (behindDate === 0x54 || behindDate === 0x5f || text.charCodeAt(2) === 0x3a) return true;
  const bar = text.indexOf('|');
  return bar > 0 && bar < 120;
}
