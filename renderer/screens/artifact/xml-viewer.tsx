import { ChevronLeft, ChevronRight, CornerDownRight, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ArtifactReport } from '../../../shared/model/artifact.ts';
import buttonStyles from '../../components/button.module.css';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { CopyButton } from '../../components/copy.tsx';
import paletteStyles from '../../components/palette.module.css';
import { useModal } from '../../components/use-modal.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { useExcerpt } from './use-excerpt.ts';
import type { XmlPlace } from './xml-link.tsx';
import { XmlText } from './xml-text.tsx';
import styles from './xml-viewer.module.css';

const PAGE_BYTES = 8 * 1024;
const CONTEXT_BYTES = 400;

/** The XML of an artifact at a place, page by page. */
export function XmlViewer(props: {
  readonly artifact: ArtifactReport;
  readonly place: XmlPlace;
  readonly onClose: () => void;
}) {
  const { artifact, place, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const [offset, setOffset] = useState(place.byteOffset);
  useEffect(() => setOffset(place.byteOffset), [place]);
  const state = useExcerpt(artifact.evidenceId, offset, PAGE_BYTES, CONTEXT_BYTES);
  const here = state.status === 'read' ? state.here : null;
  const end = here === null ? offset : here.byteOffset + here.byteLength;
  return (
    <dialog
      ref={dialog}
      className={cx(paletteStyles.palette, styles.xmlViewer)}
      aria-label={`XML of ${place.name}`}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className={styles.xmlBox}>
        <header className={styles.xmlHeader}>
          <h2 className={cx(styles.xmlTitle, 'mono')}>{place.name}</h2>
          <IconButton label="Close" onClick={onClose}>
            <X size={15} aria-hidden="true" />
          </IconButton>
        </header>
        <XmlText state={state} label={`XML from byte ${formatCount(offset)}`} />
        <footer className={styles.xmlFooter}>
          <span className="secondary numeric">
            line {formatCount(here?.line ?? 0)}, bytes {formatCount(offset)}–{formatCount(Math.max(offset, end - 1))} of{' '}
            {formatCount(artifact.bytes)}
            {place.byteLength > 0 ? ` · the element has ${formatBytes(place.byteLength)}` : ''}
          </span>
          <span className={buttonStyles.buttonRow}>
            <CopyButton text={here?.text ?? ''} what="Text" />
            <Button size="small" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE_BYTES))}>
              <ChevronLeft size={13} aria-hidden="true" /> Earlier
            </Button>
            <Button size="small" disabled={offset === place.byteOffset} onClick={() => setOffset(place.byteOffset)}>
              <CornerDownRight size={13} aria-hidden="true" /> Back to the place
            </Button>
            <Button size="small" disabled={here === null || end >= artifact.bytes} onClick={() => setOffset(end)}>
              Later <ChevronRight size={13} aria-hidden="true" />
            </Button>
          </span>
        </footer>
      </div>
    </dialog>
  );
}
