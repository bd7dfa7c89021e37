import type { ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import type { AskedIncident } from '../case/asked-incident.ts';

export interface ProfileOptions {
  /** Whether the artifact is parsed into a tree as well. */
  readonly tree: boolean;
  /** How often each way is measured; the median counts. */
  readonly runs: number;
  /** Of the tree. */
  readonly memoryLimitBytes: number | null;
}

/** What the command line was asked to do. */
export type CliCommand =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | {
      readonly type: 'analyze';
      readonly paths: readonly string[];
      /** A file, or `-` for standard output. */
      readonly json: string | null;
      readonly pdf: string | null;
      readonly html: string | null;
      /** Whether everything is printed, or one screen. */
      readonly full: boolean;
      readonly measureAgain: boolean;
      /** Profiles that were asked for, apart from the one of every analysis. */
      readonly profile: ProfileOptions;
      readonly zones: ZoneChoices;
      /** Corrections of clocks in microseconds, by the path of the source. */
      readonly clockOffsets: readonly { readonly path: string; readonly micros: number }[];
      /** Which incident is analysed; null: the worst. */
      readonly incident: AskedIncident | null;
      /** Files of the user's own rules. */
      readonly rules: readonly string[];
      /** A file of notes that is applied to the case. */
      readonly notes: string | null;
    }
  | {
      readonly type: 'collect-script';
      /** Evidence whose analysis fills in the scripts; empty for bare ones. */
      readonly paths: readonly string[];
      readonly out: string;
      readonly given: {
        readonly unit: string | null;
        readonly pid: number | null;
        readonly since: string | null;
        readonly until: string | null;
        readonly database: string | null;
        readonly artifact: string | null;
      };
    }
  | { readonly type: 'usage-error'; readonly message: string };
