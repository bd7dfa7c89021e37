import { formatClockOffset } from '../model/clock-offset.ts';
import type { EvidenceFile, ParseProblem } from '../model/evidence.ts';
import { MICROS_PER_MINUTE } from '../model/time.ts';
import { offsetLabel } from '../model/zone.ts';

/**
 * What whoever analyses has said about the times of a source, in a few words each: the correction of its clock and the
 * zone of its stamps. They belong beside its hash, since the times of a report rest on them. Empty for most sources.
 */
export function timeSettings({ time, clockOffsetMicros = 0 }: EvidenceFile): readonly string[] {
  return [
    ...(time?.zoneFrom === 'given' && time.offsetMinutes !== null
      ? [`stamps read as ${time.zone ?? offsetLabel(time.offsetMinutes * MICROS_PER_MINUTE)}, as given`]
      : []),
    ...(clockOffsetMicros === 0 ? [] : [`clock corrected by ${formatClockOffset(clockOffsetMicros)}`]),
  ];
}

/** The same as remarks on the source, so that scripts that read its problems see it. */
export function timeSettingProblems(file: EvidenceFile): readonly ParseProblem[] {
  const settings = timeSettings(file);
  if (settings.length === 0) return [];
  const message = `Its times rest on what whoever analysed it said: ${settings.join('; ')}.`;
  return [{ kind: 'assumed-time', message, byteOffset: null }];
}
