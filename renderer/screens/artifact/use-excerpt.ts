import { useEffect, useState } from 'react';
import type { EvidenceId } from '../../../shared/model/evidence.ts';
import type { ArtifactExcerpt } from '../../../shared/model/views.ts';
import { toJobError } from '../../bridge.ts';
import { useBridge } from '../../state/app-context.tsx';

export type ExcerptState =
  | { readonly status: 'loading' }
  | { readonly status: 'read'; readonly before: ArtifactExcerpt | null; readonly here: ArtifactExcerpt }
  | { readonly status: 'failed'; readonly message: string };

/** The text of an artifact from a byte on, with some bytes before it that belong to no page of it. */
export function useExcerpt(
  evidenceId: EvidenceId,
  byteOffset: number,
  limit: number,
  contextBytes: number,
): ExcerptState {
  const bridge = useBridge();
  const [state, setState] = useState<ExcerptState>({ status: 'loading' });
  useEffect(() => {
    let isCurrent = true;
    const read = async (): Promise<void> => {
      const from = Math.max(0, byteOffset - contextBytes);
      const [before, here] = await Promise.all([
        from < byteOffset
          ? bridge.request('artifact.excerpt', { evidenceId, byteOffset: from, limit: byteOffset - from })
          : null,
        bridge.request('artifact.excerpt', { evidenceId, byteOffset, limit }),
      ]);
      if (isCurrent) setState({ status: 'read', before, here });
    };
    read().catch((error: unknown) => {
      if (isCurrent) setState({ status: 'failed', message: toJobError(error).message });
    });
    return () => {
      isCurrent = false;
    };
  }, [bridge, evidenceId, byteOffset, limit, contextBytes]);
  return state;
}
