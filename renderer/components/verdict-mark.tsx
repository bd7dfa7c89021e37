import { CircleCheckBig, CircleDashed, CirclePlus, CircleSlash2, type LucideIcon } from 'lucide-react';
import type { Verdict } from '../../shared/model/analysis.ts';
import { VERDICT_MEANINGS, VERDICT_WORDS } from '../../shared/wording/names.ts';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './verdict-mark.module.css';

const VERDICT_CLASSES: Readonly<Record<Verdict, string | undefined>> = {
  fits: styles.verdictFits,
  contributes: styles.verdictContributes,
  inconclusive: styles.verdictInconclusive,
  'ruled-out': styles.verdictRuledOut,
};

/** One shape per verdict: a reader who sees no colour tells them apart by icon and word. */
const VERDICT_ICONS: Readonly<Record<Verdict, LucideIcon>> = {
  fits: CircleCheckBig,
  contributes: CirclePlus,
  inconclusive: CircleDashed,
  'ruled-out': CircleSlash2,
};

/** A verdict as icon and word. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  const Icon = VERDICT_ICONS[verdict];
  return (
    <span className={cx(styles.verdict, VERDICT_CLASSES[verdict])} title={VERDICT_MEANINGS[verdict]}>
      <Icon size={13} aria-hidden="true" />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}

/** A hypothesis with its verdict, to be pressed for the reasons. */
export function VerdictChip(props: {
  readonly verdict: Verdict;
  readonly title: string;
  readonly onPress: () => void;
}) {
  const Icon = VERDICT_ICONS[props.verdict];
  return (
    <Button
      tone="bare"
      className={cx(styles.chip, VERDICT_CLASSES[props.verdict])}
      onClick={props.onPress}
      title={`${VERDICT_MEANINGS[props.verdict]} Show the reasons.`}
    >
      <Icon size={13} aria-hidden="true" />
      <span className={styles.chipVerdict} data-testid="chip-verdict">
        {VERDICT_WORDS[props.verdict]}
      </span>
      <span className={styles.chipTitle}>{props.title}</span>
    </Button>
  );
}
