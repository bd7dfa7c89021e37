import { useCallback } from 'react';
import { fileMapHeight, layoutFileMap } from '../../../shared/figures/file-map-figure.ts';
import type { ArtifactReport, SuiteNode } from '../../../shared/model/artifact.ts';
import { FittedScene } from '../../components/fitted-scene.tsx';
import { countOf } from '../../format.ts';
import { useShowXml } from './xml-link.tsx';

/** The file from its first byte to its last, by its suites. */
export function FileMap({ artifact, root }: { readonly artifact: ArtifactReport; readonly root: SuiteNode }) {
  const show = useShowXml();
  const layout = useCallback((width: number) => layoutFileMap(root, artifact.bytes, width), [root, artifact.bytes]);
  return (
    <section className="block" aria-labelledby="map-title">
      <h3 id="map-title" className="block-heading">
        Map of the file
        <span className="secondary">
          {countOf(artifact.suites, 'suite')}, each as wide as its bytes; a click shows its XML
        </span>
      </h3>
      <FittedScene
        layout={layout}
        height={fileMapHeight(root)}
        onByte={(byteOffset) => {
          const suite = suiteAt(root, byteOffset);
          show({ byteOffset, byteLength: suite?.byteLength ?? 0, name: suite?.name || 'a suite without a name' });
        }}
      />
    </section>
  );
}

/** The suite that begins at a byte. */
function suiteAt(node: SuiteNode, byteOffset: number): SuiteNode | null {
  if (node.byteOffset === byteOffset) return node;
  for (const child of node.children) {
    if (byteOffset >= child.byteOffset && byteOffset < child.byteOffset + child.byteLength)
      return suiteAt(child, byteOffset);
  }
  return null;
}
