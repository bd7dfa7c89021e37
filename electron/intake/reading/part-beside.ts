import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { hasRecordStarts, recordStart } from '../../../shared/evidence/formats/record-start.ts';
import type { ParseContext } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import type { IntakeLimits } from '../../files/limits.ts';
import type { EvidenceReader } from '../../files/read-only.ts';
import { startWorker } from '../../threads/start-worker.ts';
import type { ReadPart } from '../events/evidence-sink.ts';
import { PART_STATUS, PartSignals } from './part-signals.ts';
import type { PartRequest } from './read-part.ts';

/** What a part worker is started with. */
export interface PartWorkerData {
  readonly request: PartRequest;
  readonly signals: SharedArrayBuffer;
  /** Takes the PartReading or null. */
  readonly answer: MessagePort;
}

/** The rest of a file that another thread is reading. */
export interface PartBeside {
  /** Where it begins. */
  readonly from: number;
  /** Whether the other thread is at work, or was. */
  readonly hasBegun: boolean;
  /**
   * What it holds, once it has been read. Null when it has to be read here, also because `report`, which is told of the bytes
   * that were read of it, returned false.
   */
  finish(report: (readBytes: number) => boolean): ReadPart | null;
  /** Ends the reading; nobody wants to know. */
  abandon(): void;
}

export type StartPart = (request: PartRequest) => PartBeside | null;

/** Share of the bytes that is read here: the other thread begins later. */
const SHARE_HERE = 0.54;
/** Bytes within which a record must begin where a file is parted. */
const LOOK_BYTES = 256 * 1024;
/** How often progress is reported while the other thread is waited for, and how long it may make none, in milliseconds. */
const REPORT_MILLIS = 50;
const STALLED_MILLIS = 10_000;
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 };

/** Lets another thread read the rest of a log that is large enough for that to save time; null where it is not. */
export function partBeside(
  reader: EvidenceReader,
  absolutePath: string,
  fileIndex: number,
  parsing: { readonly format: EvidenceFormat; readonly context: ParseContext },
  hasKeys: boolean,
  limits: IntakeLimits,
  start: StartPart,
): PartBeside | null {
  const { format } = parsing;
  const { stamp } = reader;
  if (stamp.bytes < limits.partFromBytes || !hasRecordStarts(format)) return null;
  const middle = Math.floor(stamp.bytes * SHARE_HERE);
  const at = recordStart(format, reader.at(middle, LOOK_BYTES));
  if (at < 0) return null;
  // What was learnt from other files cannot be handed over; a format that dates itself does not ask for it.
  const { evidenceId, fileName, offsetMinutes, zone, zoneFrom, nearTime, nearTimeFrom } = parsing.context;
  const context = {
    ...{ evidenceId, fileName, offsetMinutes, zoneFrom, nearTime, nearTimeFrom },
    ...(zone === undefined ? {} : { zone }),
  };
  return start({ absolutePath, stamp, fileIndex, format, context, from: middle + at, hasKeys, limits });
}

/** Reads a part on a thread of its own, where there is a core for it. */
export const startPartWorker: StartPart = (request) => {
  if (availableParallelism() < 2) return null;
  const signals = new PartSignals();
  const { port1: answered, port2: answer } = new MessageChannel();
  const data: PartWorkerData = { request, signals: signals.memory, answer };
  try {
    const worker = startWorker('part-worker', data, HEAP_LIMITS, [answer]);
    // Reported when this thread is done reading at the earliest; by then the part has been read here.
    worker.on('error', () => {});
    worker.unref();
  } catch {
    signals.status = PART_STATUS.failed;
  }
  const abandon = (): void => {
    signals.abandon();
    answered.close();
  };
  return {
    from: request.from,
    get hasBegun() {
      return signals.status !== PART_STATUS.starting;
    },
    abandon,
    finish(report) {
      let lastBytes = -1;
      let stalledMillis = 0;
      while (signals.status === PART_STATUS.running && stalledMillis < STALLED_MILLIS) {
        const { readBytes } = signals;
        stalledMillis = readBytes > lastBytes ? 0 : stalledMillis + REPORT_MILLIS;
        lastBytes = readBytes;
        if (!report(readBytes)) break;
        signals.sleepWhileRunning(REPORT_MILLIS);
      }
      // A thread that has not even begun is not worth waiting for.
      const received: { readonly message: ReadPart | null } | undefined =
        signals.status === PART_STATUS.done ? receiveMessageOnPort(answered) : undefined;
      abandon();
      return received?.message ?? null;
    },
  };
};
