import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import type { SupervisorConfig } from '../../../../shared/model/supervisor-config.ts';
import { bytesOf, parse } from '../support.ts';
import { inShort } from './read-config.ts';

function read(text: string, fileName: string): SupervisorConfig {
  const bytes = bytesOf(text);
  expect(detectFormat(bytes, fileName, bytes.length).format).toBe('supervisor-conf');
  const { items } = parse('supervisor-conf', bytes, { fileName });
  const [config, ...more] = items.flatMap((item) => (item.type === 'supervisor-config' ? [item.config] : []));
  if (config === undefined || more.length > 0) throw new Error('not one configuration');
  return config;
}

describe('the settings of a supervisor', () => {
  it.each([
    ['uwsgi.ini', '[uwsgi]\nmodule = a:b\nprocesses = 4 ; cores\nharakiri = 60\n', 'uwsgi', '60', '4'],
    ['uwsgi.ini', '[uwsgi]\nmodule = a:b\n;harakiri = 60\n', 'uwsgi', 'not set', 'not set'],
    ['uwsgi.ini', '[uwsgi]\nharakiri = $(HARAKIRI)\nworkers = 2\n', 'uwsgi', 'unreadable', '2'],
    ['celeryconfig.py', 'broker_url = "redis://"\ntask_time_limit = 5 * 60  # s\n', 'celery', '300', 'not set'],
    [
      'tasks.py',
      'app = Celery()\napp.conf.task_time_limit = 120\napp.conf.worker_concurrency = 3\n',
      'celery',
      '120',
      '3',
    ],
    [
      'celeryconfig.py',
      'task_time_limit = int(os.environ["LIMIT"])\nbroker_url = "x"\n',
      'celery',
      'unreadable',
      'not set',
    ],
    ['www.conf', '[www]\npm = dynamic\npm.max_children = 8\nrequest_terminate_timeout = 2m\n', 'php-fpm', '120', '8'],
    ['www.conf', '[www]\npm = static\n;request_terminate_timeout = 0\n', 'php-fpm', 'not set', 'not set'],
    ['puma.rb', 'workers 2\nthreads 1, 5\nworker_timeout 90 # s\npreload_app!\n', 'puma', '90', '2'],
    ['puma.rb', 'workers ENV.fetch("WEB_CONCURRENCY", 2)\nthreads 1, 5\n', 'puma', 'not set', 'unreadable'],
    ['unicorn.rb', 'worker_processes 4\ntimeout 30\n', 'unicorn', '30', '4'],
    ['unicorn.rb', 'worker_processes Integer(ENV["N"] || 3)\ntimeout(15)\n', 'unicorn', '15', 'unreadable'],
    [
      'ecosystem.config.js',
      'module.exports = { apps: [{\n  name: "a",\n  script: "a.js",\n  instances: 2,\n}] };\n',
      'pm2',
      'not set',
      '2',
    ],
  ] as const)('%s: %j', (fileName, text, supervisor, timeout, workers) => {
    const config = read(text, fileName);
    expect(config.supervisor).toBe(supervisor);
    expect([inShort(config.timeoutSeconds), inShort(config.workers)]).toEqual([timeout, workers]);
  });

  it('leads back to its line', () => {
    const { timeoutSeconds } = read('[uwsgi]\n; ü\nharakiri = 60\n', 'uwsgi.ini');
    expect(timeoutSeconds).toMatchObject({ source: { byteOffset: 13, byteLength: 13, line: 3 } });
  });
});
