import fc from 'fast-check';

/** Programs of a small grammar that set gunicorn's settings in every way at once. Each is Python that ends soon. */
export function programs(): fc.Arbitrary<string> {
  const name = fc.constantFrom('timeout', 'workers', 'threads', 'a', 'b');
  const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: 40 }).map(String), weight: 9 },
      fc.constantFrom(
        '"7"',
        '"x"',
        '""',
        'None',
        'True',
        'False',
        '2.5',
        '0x1f',
        '1_0',
        '[1, 2]',
        '(3,)',
        '{"k": 4}',
        "'a' 'b'",
      ),
      { arbitrary: name, weight: 4 },
      fc.constantFrom(
        'env("X", 5)',
        'os.environ.get("Y", "6")',
        'os.getenv("Z")',
        'os.environ.get("X") or 9',
        '"X" in os.environ',
        'host()',
      ),
    ),
    expression: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      { arbitrary: tie('atom'), weight: 8 },
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('+', '-', '*', '//', '%', '/', '&', '|', '^', '<<', '**'),
          tie('expression'),
        )
        .map(([l, o, r]) =>
          // Powers and shifts of powers and shifts would never end.
          o === '**' ? `(${l}) ** 2` : o === '<<' ? `(${l}) << 1` : o === '*' ? `(${l}) * 3` : `${l} ${o} ${r}`,
        ),
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('and', 'or', '<', '==', '!=', '>=', 'in', 'not in', 'is', 'is not'),
          tie('expression'),
        )
        .map(([l, o, r]) => {
          // Identity of numbers and texts is the interpreter's own business.
          return /^is/.test(o) ? `${l} ${o} None` : `${l} ${o} ${r}`;
        }),
      tie('expression').map((e) => `not ${e}`),
      tie('expression').map((e) => `-(${e})`),
      tie('expression').map((e) => `(${e})`),
      fc
        .tuple(
          fc.constantFrom('int', 'str', 'bool', 'len', 'abs', 'max', 'min', 'float', 'round', 'sum', 'list'),
          tie('expression'),
        )
        .map(([f, e]) => `${f}(${e})`),
      fc
        .tuple(fc.constantFrom('max', 'min'), tie('expression'), tie('expression'))
        .map(([f, l, r]) => `${f}(${l}, ${r})`),
      fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([x, c, y]) => `${x} if ${c} else ${y}`),
      tie('expression').map((e) => `double(${e})`),
      tie('expression').map((e) => `[${e}, 8][0]`),
      tie('expression').map((e) => `{"k": ${e}}["k"]`),
      tie('expression').map((e) => `[i for i in (${e}, 3) if i][-1]`),
      tie('atom').map((e) => `f"{${e.replaceAll('"', "'")}}"`),
      fc.tuple(name, tie('expression')).map(([n, e]) => `(${n} := ${e})`),
    ),
  }));
  const simple = fc.oneof(
    { arbitrary: fc.tuple(name, expression).map(([n, e]) => `${n} = ${e}`), weight: 8 },
    fc.tuple(name, name, expression).map(([n, m, e]) => `${n} = ${m} = ${e}`),
    fc.tuple(name, name, expression, expression).map(([n, m, e, f]) => `${n}, ${m} = ${e}, ${f}`),
    fc.tuple(name, fc.constantFrom('+=', '-=', '//=', '|='), expression).map(([n, o, e]) => `${n} ${o} ${e}`),
    fc.tuple(name, expression).map(([n, e]) => `globals()["${n}"] = ${e}`),
    fc.tuple(name, expression).map(([n, e]) => `globals().update(${n}=${e})`),
    fc.tuple(name, expression).map(([n, e]) => `setattr(sys.modules[__name__], "${n}", ${e})`),
    fc.tuple(name, fc.integer({ min: 0, max: 9 })).map(([n, v]) => `exec("${n} = ${v}")`),
    name.map((n) => `del ${n}`),
    fc.constantFrom('bump()', 'bump(4)', 'pass', 'call(bump)'),
    expression.map((e) => `assert ${e}`),
  );
  const indent = (block: string): string => block.replace(/^/gm, '  ');
  const { block } = fc.letrec<{ block: string; statement: string }>((tie) => ({
    block: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map((all) => all.join('\n')),
    statement: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      { arbitrary: simple, weight: 5 },
      fc.tuple(expression, tie('block')).map(([c, b]) => `if ${c}:\n${indent(b)}`),
      fc
        .tuple(expression, tie('block'), tie('block'))
        .map(([c, b, o]) => `if ${c}:\n${indent(b)}\nelse:\n${indent(o)}`),
      fc
        .tuple(
          tie('block'),
          fc.constantFrom('Exception', 'KeyError', '(TypeError, ValueError)', 'ArithmeticError', 'NameError'),
          tie('block'),
        )
        .map(([b, x, h]) => `try:\n${indent(b)}\nexcept ${x}:\n${indent(h)}`),
      fc
        .tuple(tie('block'), tie('block'))
        .map(([b, f]) => `try:\n${indent(b)}\nexcept NameError:\n  pass\nfinally:\n${indent(f)}`),
      fc.tuple(name, tie('block')).map(([n, b]) => `for ${n} in range(3):\n${indent(b)}`),
      fc.tuple(name, expression, tie('block')).map(([n, e, b]) => `for ${n} in ${e}:\n${indent(b)}\n  break`),
      tie('block').map((b) => `for k in host():\n${indent(b)}`),
    ),
  }));
  return fc
    .tuple(
      fc.tuple(
        ...['timeout', 'workers', 'threads', 'a', 'b'].map((each) =>
          fc.tuple(fc.constant(each), fc.integer({ min: 0, max: 50 })),
        ),
      ),
      block,
    )
    .map(([first, rest]) => [PRELUDE, ...first.map(([n, v]) => `${n} = ${v}`), rest, ''].join('\n'));
}

/** What the programs call: an own helper, a writer of globals, and a host that nothing is known of. */
const PRELUDE = `import os, sys, socket

def env(name, default=None):
  return os.environ.get(name, default)

def double(x):
  return x * 2

def bump(by=1):
  global timeout
  timeout = timeout + by

def call(f):
  f()

def host():
  return socket.gethostname()
`;
