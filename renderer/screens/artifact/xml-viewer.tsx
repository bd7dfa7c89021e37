import { useEffect, useState } from 'react';
import type { ArtifactReport } from '../../../shared/model/artifact.ts';
import { CopyButton } from '../../components/copy.tsx';
import { PagesDialog } from '../../components/pages-dialog.tsx';
import { formatBytes, formatCount } from '../../format.ts';
import { useExcerpt } from './use-excerpt.ts';
import type { XmlPlace } from './xml-link.tsx';
import { XmlText } from './xml-text.tsx';

const PAGE_BYTES = 8 * 1024;
const CONTEXT_BYTES = 400;

/** The XML of an artifact at a place, page by page. */
export function XmlViewer(props: {
  readonly artifact: ArtifactReport;
  readonly place: XmlPlace;
  readonly onClose: () => void;
}) {
  const { artifact, place, onClose } = props;
  const [offset, setOffset] = useState(place.byteOffset);
  useEffect(() => setOffset(place.byteOffset), [place]);
  const state = useExcerpt(artifact.evidenceId, offset, PAGE_BYTES, CONTEXT_BYTES);
  const here = state.status === 'read' ? state.here : null;
  const end = here === null ? offset : here.byteOffset + here.byteLength;
  return (
    <PagesDialog
      label={`XML of ${place.name}`}
      title={place.name}
      note={
        <>
          line {formatCount(here?.line ?? 0)}, bytes {formatCount(offset)}–{formatCount(Math.max(offset, end - 1))} of{' '}
          {formatCount(artifact.bytes)}
          {place.byteLength > 0 ? ` · the element has ${formatBytes(place.byteLength)}` : ''}
        </>
      }
      copy={<CopyButton text={here?.text ?? ''} what="Text" />}
      onEarlier={offset === 0 ? null : () => setOffset(Math.max(0, offset - PAGE_BYTES))}
      onBack={offset === place.byteOffset ? null : () => setOffset(place.byteOffset)}
      onLater={here === null || end >= artifact.bytes ? null : () => setOffset(end)}
      onClose={onClose}
    >
      <XmlText state={state} label={`XML from byte ${formatCount(offset)}`} />
    </PagesDialog>
  );
}
