import { TriangleAlert } from 'lucide-react';
import type { ArtifactReport, XmlDamage } from '../../../shared/model/artifact.ts';
import { cx } from '../../components/class-names.ts';
import noticeStyles from '../../components/notice.module.css';
import { formatCount } from '../../format.ts';
import styles from './damage.module.css';
import { useExcerpt } from './use-excerpt.ts';
import { XmlLink } from './xml-link.tsx';
import { XmlText } from './xml-text.tsx';

const AROUND_BYTES = 240;

/** Where the document can no longer be read, with the bytes around that place. */
export function Damage({ artifact, damage }: { readonly artifact: ArtifactReport; readonly damage: XmlDamage }) {
  const from = Math.min(damage.byteOffset, Math.max(0, artifact.bytes - 1));
  const state = useExcerpt(artifact.evidenceId, from, AROUND_BYTES, AROUND_BYTES);
  return (
    <section className={styles.damage} aria-label="Damage">
      <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)} role="note">
        <TriangleAlert size={15} aria-hidden="true" />
        <span>
          <strong>The document is damaged</strong> at line {formatCount(damage.line)}, column{' '}
          {formatCount(damage.column)}, byte{' '}
          <XmlLink place={{ byteOffset: from, byteLength: 0, name: 'the damaged place' }} />. {damage.message}{' '}
          Everything before that place is counted.
        </span>
      </p>
      <XmlText state={state} label="The bytes around the damage" />
    </section>
  );
}
