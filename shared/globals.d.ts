/**
 * The WHATWG Encoding Standard's classes: the one runtime facility that `shared/` uses beyond ECMAScript. Node, Electron
 * and browsers all have them; declaring them here keeps the Node and DOM type libraries out of `shared/`.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array | ArrayBuffer, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
