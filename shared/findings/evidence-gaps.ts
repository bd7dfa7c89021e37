import type { FactContext } from '../context/context.ts';
import { DAMAGE, isDamaged } from '../context/read-whole.ts';
import type { Fact, HypothesisResult, MissingEvidence } from '../model/analysis.ts';
import type { EvidenceFile } from '../model/evidence.ts';
import { shellWord } from '../model/shell.ts';
import { fileLabel, formatCount, listing, plural } from '../wording/figures.ts';

const MOST_NAMED = 3;

function named(files: readonly EvidenceFile[]): string {
  const names = files.slice(0, MOST_NAMED).map(({ path }) => fileLabel(path));
  return listing(files.length > MOST_NAMED ? [...names, `${files.length - MOST_NAMED} more`] : names);
}

/** An archive that breaks off hides whatever lay behind. */
const isCutArchive = ({ problems }: EvidenceFile): boolean =>
  problems.some(({ kind }) => kind === 'damaged-archive' || kind === 'limit-exceeded');

/** Evidence of which a part could not be read. */
export function damagedFiles({ evidence }: FactContext): readonly EvidenceFile[] {
  return evidence.files.filter(isDamaged);
}

/** Files whose lines no reader understood, though they speak of a kill, a timeout, short memory or a lock. */
function unreadGrave({ evidence }: FactContext): readonly EvidenceFile[] {
  return evidence.files.filter(({ graveLines = 0 }) => graveLines > 0);
}

/** Longest part of a dismissed fact that a caveat quotes. */
const QUOTE_CHARACTERS = 140;

/** What limits all that is concluded, a sentence each: it stands above the verdict. */
export function caveats(context: FactContext, dismissed: readonly Fact[]): readonly string[] {
  const { evidence } = context;
  const damaged = damagedFiles(context);
  const cut = damaged.filter(isCutArchive);
  const parts = damaged.filter((file) => !isCutArchive(file));
  const refused = evidence.problems.filter(({ kind }) => DAMAGE.has(kind));
  const grave = unreadGrave(context);
  const assumed = evidence.files.filter(
    ({ id, time }) => time?.zoneFrom === 'assumed' && evidence.events.span(id) !== null,
  );
  const lines = grave.reduce((sum, { graveLines = 0 }) => sum + graveLines, 0);
  const first = dismissed[0];
  return [
    first === undefined
      ? null
      : `${dismissed.length === 1 ? '1 fact is' : `${dismissed.length} facts are`} overruled: the analyst dismissed "${shortened(first.text)}"${dismissed.length === 1 ? '' : ` and ${formatCount(dismissed.length - 1)} more`}. Verdicts and advice do without.`,
    cut.length === 0
      ? null
      : `${named(cut)} ${cut.length === 1 ? 'is' : 'are'} damaged or cut: files behind the break are missing from the evidence.`,
    parts.length === 0 ? null : `Not read whole: ${named(parts)}.`,
    refused.length === 0
      ? null
      : `${plural(refused.length, 'member')} could not be read: ${listing(
          refused.slice(0, MOST_NAMED).map(({ path }) => fileLabel(path)),
        )}${refused.length > MOST_NAMED ? ' and more' : ''}.`,
    grave.length === 0
      ? null
      : `${plural(lines, 'line')} of ${named(grave)} ${lines === 1 ? 'mentions' : 'mention'} a kill, a timeout, memory or a lock and could not be classified.`,
    assumed.length === 0 ? null : `Timestamps of ${named(assumed)} have no time zone: UTC is assumed.`,
  ].filter((part) => part !== null);
}

function shortened(text: string): string {
  return text.length <= QUOTE_CHARACTERS ? text.replace(/\.$/, '') : `${text.slice(0, QUOTE_CHARACTERS)}…`;
}

/** What was cut off is missing evidence: it is asked for wherever a verdict may still change. */
export function withGaps(context: FactContext, hypotheses: readonly HypothesisResult[]): readonly HypothesisResult[] {
  const missing = damagedFiles(context).flatMap((file): readonly MissingEvidence[] =>
    isCutArchive(file)
      ? [
          {
            what: `The rest of ${fileLabel(file.path)}, which is damaged or cut: what lay behind the break may decide.`,
            command: `sha256sum ${shellWord(fileLabel(file.path))}   # on both sides; copy it again where the sums differ`,
          },
        ]
      : [],
  );
  if (missing.length === 0) return hypotheses;
  return hypotheses.map((each) =>
    each.verdict === 'fits' ? each : { ...each, missing: [...missing, ...each.missing] },
  );
}
