import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a JUnit file of about `targetBytes`, shaped like a large regression run: suites of 500 test cases, three quarters
 * of the bytes captured output. The same size gives the same file. Returns its size and number of test cases.
 */
export function writeJUnitFile(
  path: string,
  targetBytes: number,
): { readonly bytes: number; readonly testcases: number } {
  const file = openSync(path, 'wx');
  let state = 14;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hex = (): string =>
    random(2 ** 32)
      .toString(16)
      .padStart(8, '0');
  let bytes = 0;
  let testcases = 0;
  const write = (text: string): void => {
    bytes += writeSync(file, text);
  };
  try {
    write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="regression">\n');
    for (let suite = 0; bytes < targetBytes; suite++) {
      let text = `<testsuite name="vpn.suite_${suite}" tests="500" hostname="rig-${suite % 12}">\n`;
      for (let i = 0; i < 500; i++) {
        testcases++;
        text += `  <testcase classname="vpn.suite_${suite}.TestIkev2" name="test_rekey_${i}[aes256-sha${random(512)}]" time="${random(30_000) / 10_000}" file="tests/vpn/test_${suite}.py" line="${i}">`;
        const outcome = random(100);
        if (outcome < 2)
          text += `<failure message="assert ${hex()} == ${hex()}" type="AssertionError">tests/vpn/test_${suite}.py:${i}: expected &lt;SA&gt; &amp; peer</failure>`;
        else if (outcome === 2) text += '<skipped message="needs hardware"/>';
        if (random(10) < 8) {
          const output = Array.from(
            { length: 6 },
            (_, line) =>
              `2026-01-28 03:0${line}:11,123 INFO ike: SA established spi=0x${hex()} peer 10.0.${line}.1 &amp; ok`,
          );
          text += `<system-out>${output.join('\n')}</system-out>`;
        }
        text += '</testcase>\n';
      }
      write(`${text}</testsuite>\n`);
    }
    write('</testsuites>\n');
  } finally {
    closeSync(file);
  }
  return { bytes, testcases };
}
