import type { Analysis } from './analysis.ts';
import type { ArtifactReport } from './artifact.ts';
import type { DatabaseReport } from './database.ts';
import type { EventKind, EvidenceEvent, Severity } from './event.ts';
import type { CaseProblem, EvidenceFile, EvidenceId } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import type { PlacedAnnotation } from './placed-annotations.ts';
import type { HostMemory, ProcessSample, VmstatSample } from './samples.ts';
import type { EpochMicros } from './time.ts';

/** Everything about a case that a window holds whole; events come by page. */
export interface CaseView {
  readonly title: string;
  readonly files: readonly EvidenceFile[];
  readonly problems: readonly CaseProblem[];
  readonly eventCount: number;
  readonly analysis: Analysis;
  readonly judgements: JudgementsView;
  readonly annotations: AnnotationsView;
  readonly databases: readonly DatabaseReport[];
  readonly artifacts: readonly ArtifactReport[];
  readonly processes: readonly ProcessSample[];
  readonly vmstat: readonly VmstatSample[];
  readonly hostMemory: readonly HostMemory[];
  /** All events as points for the drawing, at most 20,000 (evenly thinned, notable ones kept), in time order. */
  readonly points: readonly EventPoint[];
  /** The user's own rules by their files; empty without any. */
  readonly ruleFiles: readonly RuleFileView[];
}

/** A file of the user's own rules, as it was applied to a case. */
export interface RuleFileView {
  readonly path: string;
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    /** In its file, from 1. */
    readonly line: number;
    readonly hitCount: number;
    /** Row of the first event that it matched. */
    readonly firstRow: number | null;
  }[];
  readonly problems: readonly CaseProblem[];
}

/** What was judged in a case, in the order in which it was. */
export interface JudgementsView {
  readonly entries: readonly JudgementEntry[];
}

/** What was put beside the evidence of a case, with the history of all that was said of it. */
export interface AnnotationsView {
  /** In the order of time. */
  readonly entries: readonly PlacedAnnotation[];
  /** What would be taken back, or done again, in words; null when there is nothing. */
  readonly undo: string | null;
  readonly redo: string | null;
}

export interface JudgementEntry {
  readonly judgement: Judgement;
  /** False for one about another incident than the analysed one, or about a fact that is not found there. */
  readonly applies: boolean;
}

export interface EventPoint {
  readonly row: number;
  readonly time: EpochMicros;
  readonly kind: EvidenceEvent['kind'];
  readonly severity: EvidenceEvent['severity'];
  readonly pid: number | null;
  readonly evidenceId: EvidenceId;
}

/** An event in a list; of a very long message it holds the beginning only. */
export interface ListedEvent extends EvidenceEvent {
  readonly messageCut?: true;
  /** Tags that rules of the user's own gave it; left out where there are none. */
  readonly tags?: readonly string[];
}

/** How the search stands that an answer comes from; one that is not done may find more. */
export interface SearchProgress {
  readonly state: 'running' | 'stopped' | 'done';
  /** Part of the case that has been looked at, 0 to 1. */
  readonly doneShare: number;
  /** What could not be searched and why, for people. */
  readonly notes: readonly string[];
}

export interface EventPage {
  /** How many events pass the filter, as far as they are known. */
  readonly total: number;
  readonly offset: number;
  readonly events: readonly ListedEvent[];
  readonly search: SearchProgress;
}

export interface FacetCount<T> {
  readonly value: T;
  readonly count: number;
}

/** Values of each facet with their counts under a filter, each facet without its own condition; the most frequent first. */
export interface FacetCounts {
  readonly sources: readonly FacetCount<EvidenceId>[];
  readonly severities: readonly FacetCount<Severity>[];
  readonly kinds: readonly FacetCount<EventKind>[];
  /** At most 100 each. */
  readonly units: readonly FacetCount<string>[];
  readonly pids: readonly FacetCount<number>[];
  readonly search: SearchProgress;
}

/** Events over time in equal parts: all of the case, and those that pass a filter. */
export interface EventHistogram {
  readonly all: readonly number[];
  readonly passing: readonly number[];
  readonly search: SearchProgress;
}

/** The bytes an event rests on, with the lines around them, as text for people (control characters made visible). */
export interface RawRecord {
  readonly event: ListedEvent;
  readonly path: string;
  readonly before: readonly string[];
  readonly text: string;
  readonly after: readonly string[];
  /** True when the record was longer than what is shown. */
  readonly cut: boolean;
  /** Bytes of the message, or of the record where its format does not wrap it; see `events.bytes`. */
  readonly messageBytes: number;
  /** False when those bytes are not UTF-8 or hold NUL: the text is then not all there is to see. */
  readonly isText: boolean;
  /** What the user's own rules call the event; absent where none matched. */
  readonly tags?: readonly string[];
}

/** Some bytes of an event's record or message. An entry of a native journal is a record in the Journal Export Format. */
export interface RecordPiece {
  readonly of: 'record' | 'message';
  readonly offset: number;
  readonly totalBytes: number;
  readonly bytes: Uint8Array;
}

/** An event that is one line of a traceback, which a journal keeps as an entry a line. */
export interface TracebackLine {
  readonly row: number;
  /** Row of the entry with which it begins. */
  readonly head: number;
  /** Which of its lines this is, from 0 for the head. */
  readonly place: number;
  readonly lines: number;
}

export interface TracebackLines {
  readonly lines: readonly TracebackLine[];
  /** Heads of those that the filter lets through. */
  readonly listedHeads: readonly number[];
}

/** Some bytes of an artifact as text, from the beginning of a character on. */
export interface ArtifactExcerpt {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly totalBytes: number;
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Some bytes of a file of the evidence. */
export interface FileBytes {
  readonly byteOffset: number;
  readonly totalBytes: number;
  /** Line on which they begin, from 1; null where that would take too long to count. */
  readonly line: number | null;
  readonly bytes: Uint8Array;
}

/** What follows from the same evidence after a judgement or for another incident; rows and files stay as they are. */
export interface Conclusion {
  readonly analysis: Analysis;
  readonly judgements: JudgementsView;
  readonly annotations: AnnotationsView;
}
