// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of shells, not of templates.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import type { GunicornLaunch } from '../../../../shared/evidence/settings/launch-command.ts';
import { launchSettings } from '../../../../shared/evidence/settings/launch-flags.ts';
import {
  composeLaunches,
  dockerfileLaunches,
  environmentFileLaunches,
  kubernetesLaunches,
  procfileLaunches,
  shellScriptLaunches,
  supervisorLaunches,
} from '../../../../shared/evidence/settings/launch-settings.ts';
import { runs } from '../../../support/properties.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

/** `timeout=120 by TIMEOUT; workers=3`, of each start. */
function inShort(launches: readonly GunicornLaunch[]): readonly string[] {
  return launches.map((launch) => {
    const settings = launchSettings(launch).map(
      ({ setting, value, overridableBy, from }) =>
        `${from === 'flag' ? '' : `${from}:`}${setting}=${value ?? '?'}${overridableBy.length === 0 ? '' : ` by ${overridableBy.join(',')}`}`,
    );
    const name = launch.name === null ? '' : `${launch.name}: `;
    const stop = launch.stopSeconds === null ? '' : ` (stop ${launch.stopSeconds})`;
    return `${name}${settings.join('; ')}${launch.isConditional ? ' (conditional)' : ''}${stop}`;
  });
}

const words = (launch: GunicornLaunch | undefined): readonly (string | null)[] | null =>
  launch?.arguments?.map(({ value }) => value) ?? null;

describe('shell scripts', () => {
  it.each([
    ['#!/bin/sh\nset -e\nexec gunicorn app:application --timeout 90', 'timeout=90'],
    [
      'exec gunicorn \\\n  --workers=3 \\\n  -t "${TIMEOUT:-120}" \\\n  app:application "$@"',
      'workers=3; timeout=120 by TIMEOUT',
    ],
    ['export TIMEOUT=60\nTIMEOUT=${TIMEOUT:-30}\ngunicorn -t $TIMEOUT app', 'timeout=60'],
    ['TIMEOUT=${TIMEOUT:-30}\ngunicorn -t $TIMEOUT app', 'timeout=30 by TIMEOUT'],
    ['T=$(nproc)\ngunicorn -w $((T * 2)) -t $T app', 'workers=?; timeout=?'],
    ['OPTS="--timeout 90 -w 4"\ngunicorn $OPTS app', 'timeout=90; workers=4'],
    ['gunicorn $OPTS -t 5 app', 'timeout=5'],
    [
      'export GUNICORN_CMD_ARGS="--timeout 45 -w2" WEB_CONCURRENCY=3\ngunicorn app',
      'GUNICORN_CMD_ARGS:timeout=45; GUNICORN_CMD_ARGS:workers=2; WEB_CONCURRENCY:workers=3',
    ],
    ['WEB_CONCURRENCY=5 exec /srv/venv/bin/gunicorn app', 'WEB_CONCURRENCY:workers=5'],
    ['cd /srv && python3 -m gunicorn -c conf.py -t60 app >>log 2>&1 &', 'config=conf.py; timeout=60'],
    ['exec env A=1 nohup newrelic-admin run-program gunicorn --preload app', 'preload_app=True'],
    ['sh -c "exec gunicorn --timeout 33 app"', 'timeout=33'],
    [
      'if [ -n "$DEBUG" ]; then\n  gunicorn --timeout 0 app\nelse\n  exec gunicorn --timeout 60 app\nfi',
      'timeout=0 (conditional)|timeout=60 (conditional)',
    ],
    ['if [ "$A" ]; then T=5; fi\ngunicorn -t $T app', 'timeout=?'],
    ["cat <<'EOF' > x\ngunicorn --timeout 1 app\nEOF\ngunicorn --timeout 2 app", 'timeout=2'],
    [
      '# gunicorn --timeout 1 app\necho gunicorn --timeout 1\npip install gunicorn==20.1\npkill -f gunicorn\npython -m pip install gunicorn',
      '',
    ],
    ['gunicorn app -- --timeout 5', ''],
    ['gunicorn --timeout 5 --timeout=6 app', 'timeout=6'],
    [
      'gunicorn --worker-class \'gthread\' --threads "4" -b unix:/run/a\\ b.sock app',
      'worker_class=gthread; threads=4; bind=unix:/run/a b.sock',
    ],
  ])('%j: %s', (text, expected) => {
    expect(inShort(shellScriptLaunches(text)).join('|')).toBe(expected);
  });

  it('gives the place of each word', () => {
    const text = '#!/bin/sh\nA=1\n\nexec gunicorn \\\n  --timeout "${T:-90}" app\n';
    const [launch] = shellScriptLaunches(text);
    const [, value] = launch?.arguments ?? [];
    expect(text.slice(value?.place.from, value?.place.to)).toBe('"${T:-90}"');
    expect([value?.place.line, value?.text]).toEqual([5, '"${T:-90}"']);
    expect(words(launch)).toEqual(['--timeout', '90', 'app']);
  });
});

describe('environment files', () => {
  it.each([
    [
      '# web\nDEBUG=0\nGUNICORN_CMD_ARGS=--workers=2 --timeout=90\n',
      'GUNICORN_CMD_ARGS:workers=2; GUNICORN_CMD_ARGS:timeout=90',
    ],
    [
      'GUNICORN_CMD_ARGS="--timeout 45"\r\nWEB_CONCURRENCY=3\r\n',
      'GUNICORN_CMD_ARGS:timeout=45; WEB_CONCURRENCY:workers=3',
    ],
    ['TIMEOUT=90\n', ''],
  ])('%j', (text, expected) => {
    expect(inShort(environmentFileLaunches(text)).join('|')).toBe(expected);
  });
});

describe('Procfiles', () => {
  it('have a command for each process type', () => {
    const text =
      'web: gunicorn app:application --timeout 60 -w ${WEB_CONCURRENCY:-2}\nworker: celery -A app worker\nadmin: PORT=1 gunicorn -t 5 admin\n';
    expect(inShort(procfileLaunches(text))).toEqual([
      'web: timeout=60; workers=2 by WEB_CONCURRENCY',
      'admin: timeout=5',
    ]);
    const [, admin] = procfileLaunches(text);
    const flag = admin?.arguments?.[0]?.place;
    expect([text.slice(flag?.from, flag?.to), flag?.line]).toEqual(['-t', 3]);
  });
});

describe('supervisor', () => {
  it('starts programs without a shell', () => {
    const text = `[supervisord]
[program:tracker]
command=/srv/venv/bin/gunicorn ; the server
    --timeout 60 --workers %(ENV_WORKERS)s
    --access-logformat '%%(h)s' tracker:application
environment=GUNICORN_CMD_ARGS="--graceful-timeout 20",LANG=C.UTF-8,
    WEB_CONCURRENCY='4'
stopwaitsecs = 35
[program:celery]
command=celery worker
[program:other]
command=gunicorn -t 9 other
`;
    expect(inShort(supervisorLaunches(text))).toEqual([
      'tracker: timeout=60; workers=? by WORKERS; GUNICORN_CMD_ARGS:graceful_timeout=20; WEB_CONCURRENCY:workers=4 (stop 35)',
      'other: timeout=9 (stop 10)',
    ]);
    expect(words(supervisorLaunches(text)[0])).toContain('%(h)s');
  });
});

describe('Dockerfiles', () => {
  it.each([
    ['FROM python\nENV TIMEOUT=90\nCMD ["gunicorn", "--timeout", "60", "app"]', 'timeout=60'],
    [
      'FROM python\nENV TIMEOUT=90 W=2\nCMD exec gunicorn --timeout $TIMEOUT -w ${W} app',
      'timeout=90 by TIMEOUT; workers=2 by W',
    ],
    ['FROM python\nENV T 45\nCMD gunicorn \\\n  # a comment\n  -t ${T:-30} \\\n  app', 'timeout=45 by T'],
    ['FROM python\nENTRYPOINT ["gunicorn", "app"]\nCMD ["--timeout", "15"]', 'timeout=15'],
    ['FROM python\nENTRYPOINT ["/entry.sh"]\nCMD ["gunicorn", "-t", "16", "app"]', 'timeout=16'],
    ['FROM python\nENTRYPOINT gunicorn -t 17 app\nCMD ["-t", "18"]', 'timeout=17'],
    ['FROM python AS base\nENV T=5\nCMD ["gunicorn", "-t", "1"]\nFROM base\nCMD gunicorn -t $T app', 'timeout=5 by T'],
    ['FROM python AS build\nCMD ["gunicorn", "-t", "1"]\nFROM scratch\nCMD ["sh"]', ''],
    [
      'ARG T=8\nFROM python\nARG T=9\nENV GUNICORN_CMD_ARGS="--timeout=$T"\nCMD ["sh", "-c", "exec gunicorn app"]',
      'GUNICORN_CMD_ARGS:timeout=9 by GUNICORN_CMD_ARGS',
    ],
    [
      'FROM python\nRUN <<EOF\nCMD gunicorn -t 1\nEOF\nRUN pip install gunicorn\nCMD ["gunicorn", "--timeout", "$T", "app"]',
      'timeout=$T',
    ],
    ['FROM python\nCMD [gunicorn, -t, 5]', ''],
  ])('%j: %s', (text, expected) => {
    expect(inShort(dockerfileLaunches(text)).join('|')).toBe(expected);
  });
});

describe('compose files', () => {
  it.each([
    [
      'services:\n  web:\n    command: gunicorn app --timeout 60\n    stop_grace_period: 1m30s',
      'web: timeout=60 (stop 90)',
    ],
    ['services:\n  web:\n    command: ["gunicorn", "-t", "${T:-75}", app]', 'web: timeout=75 by T'],
    [
      'services:\n  web:\n    command: >\n      sh -c "python manage.py migrate &&\n             gunicorn -t $${T:-76} app"',
      'web: timeout=76 by T',
    ],
    [
      'services:\n  web:\n    environment:\n      GUNICORN_CMD_ARGS: "--timeout ${T:-77}"\n      WEB_CONCURRENCY: 3',
      'web: GUNICORN_CMD_ARGS:timeout=77 by T; WEB_CONCURRENCY:workers=3',
    ],
    [
      'services:\n  web:\n    environment:\n      - WEB_CONCURRENCY\n      - A=1\n    command: [gunicorn, app]',
      'web: WEB_CONCURRENCY:workers=? by WEB_CONCURRENCY',
    ],
    [
      'x-base: &base\n  environment: {WEB_CONCURRENCY: "4"}\nservices:\n  web:\n    <<: *base\n    entrypoint: [gunicorn]\n    command: -t 78 app',
      'web: timeout=78; WEB_CONCURRENCY:workers=4',
    ],
    ['services:\n  db:\n    image: postgres\n    command: postgres -c x=1', ''],
    ['services: [1, 2]\n---\nno: yes: maybe', ''],
  ])('%j: %s', (text, expected) => {
    expect(inShort(composeLaunches(text)).join('|')).toBe(expected);
  });

  it('give places', () => {
    const text = 'services:\n  web:\n    command:\n      - gunicorn\n      - --timeout\n      - "60"\n';
    const value = composeLaunches(text)[0]?.arguments?.[1]?.place;
    expect([text.slice(value?.from, value?.to), value?.line]).toEqual(['"60"', 6]);
  });
});

describe('Kubernetes manifests', () => {
  it('start containers with command, args and env', () => {
    const text = `apiVersion: v1
kind: ConfigMap
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: app
          command: ["gunicorn", "app:application"]
          args: ["--timeout=$(T)", "--workers", "$(W)", "--threads", "$$(T)"]
          env:
            - {name: T, value: "80"}
            - {name: W, valueFrom: {secretKeyRef: {name: s, key: w}}}
            - {name: GUNICORN_CMD_ARGS, value: "-t $(T)"}
        - name: sidecar
          image: envoy
`;
    expect(inShort(kubernetesLaunches(text))).toEqual([
      'app: timeout=80; workers=?; threads=$(T); GUNICORN_CMD_ARGS:timeout=80 (stop 45)',
    ]);
    expect(
      inShort(
        kubernetesLaunches(
          'kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, command: [sh, -c, "gunicorn -t 4 x"]}]}}}}}',
        ),
      ),
    ).toEqual(['a: timeout=4']);
    expect(kubernetesLaunches('{{ .Values.x }}: {{ toYaml }}')).toEqual([]);
  });
});

it('reads anything without throwing, in little time', () => {
  const readers = [
    composeLaunches,
    dockerfileLaunches,
    kubernetesLaunches,
    procfileLaunches,
    shellScriptLaunches,
    supervisorLaunches,
  ];
  const parts = [
    'gunicorn ',
    '-t ',
    '5',
    '\n',
    '"',
    "'",
    '$',
    '{',
    '}',
    '${A:-',
    '(',
    ')',
    '\\',
    'CMD ',
    '[',
    ']',
    ',',
    'web: ',
    ':',
    '- ',
    '  ',
    '#',
    '=',
    'A',
    '<<E',
    '`',
    '%(',
    ')s',
    '&a ',
    '*a',
    '[program:x]',
    'command',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (chosen) => {
      for (const read of readers) for (const launch of read(chosen.join(''))) launchSettings(launch);
    }),
    { numRuns: runs(500) },
  );
  const start = performance.now();
  for (const text of [
    'gunicorn $A\n'.repeat(20_000),
    `gunicorn ${'${A:-'.repeat(20_000)}`,
    'A=$A$A$A$A$A$A$A$A\n'.repeat(30),
    `services: [${'['.repeat(3_000)}`,
    '"'.repeat(99_999),
    `services: containers: ${'"'.repeat(4_000)}`,
    `services:\n  containers:\n${'   - "\n'.repeat(3_000)}`,
    'CMD \\\n'.repeat(20_000),
  ]) {
    for (const read of readers) read(text);
  }
  expect(performance.now() - start).toBeLessThan(15_000);
});

describe('a pod that runs', () => {
  const settingsOf = (format: 'container-state' | 'gunicorn-launch', text: string) =>
    parse(format, bytesOf(text)).items.flatMap((item) =>
      item.type === 'launch'
        ? item.launch.settings.map(({ setting, value, from }) => `${item.launch.name} ${setting}=${value} by ${from}`)
        : [],
    );

  it.each(['pod-describe.txt', 'pod.yaml', 'pod.json'])('%s tells how it was started, the strongest first', (file) => {
    const settings = settingsOf('container-state', textOf(fixture(`container/${file}`)));
    expect(settings).toContain('web timeout=75 by GUNICORN_CMD_ARGS');
    expect(settings.filter((each) => each.includes(' workers='))).toEqual([
      'web workers=4 by flag',
      'web workers=9 by GUNICORN_CMD_ARGS',
      'web workers=2 by WEB_CONCURRENCY',
    ]);
    expect(settings.join()).toContain('web bind=0.0.0.0:8000 by flag');
  });

  it('that has never ended is told by its containers', () => {
    const { status: _, ...pod } = JSON.parse(textOf(fixture('container/pod.json')));
    const text = JSON.stringify(pod, null, 4);
    expect(detectFormat(bytesOf(text), 'a', text.length).format).toBe('gunicorn-launch');
    expect(settingsOf('gunicorn-launch', text)).toContain('web timeout=75 by GUNICORN_CMD_ARGS');
  });

  it('has no start by what its init containers are given, nor by what stands in a secret', () => {
    const described = textOf(fixture('container/pod-describe.txt'));
    expect(settingsOf('container-state', described.replace('\nContainers:', '\nInit Containers:'))).toEqual([]);
    const secret = described.replace(
      /--timeout 75 --workers 9/,
      "<set to the key 'args' in secret 'web'>  Optional: true",
    );
    expect(settingsOf('container-state', secret).filter((each) => each.includes('timeout='))).toEqual([]);
  });
});
