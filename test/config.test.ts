// The environment table: defaults, older names, and every problem named at once.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.ts';

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('an empty environment', () => {
  test('is a working configuration with everything embedded', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      environment: 'development',
      host: '127.0.0.1',
      port: 8000,
      durability: 'normal',
      registration: 'invite',
      trustProxyHops: 0,
      llm: { engine: 'offline', url: 'offline:', timeoutMs: 60_000 },
      log: { level: 'info', format: 'text', retentionDays: 14 },
      unused: [],
      warnings: [],
    });
    expect(config.dataDir).toBe(resolve('database/data'));
    expect(config.database.file).toBe(resolve('database/data/projectwise.sqlite'));
    expect(config.log.dir).toBe(resolve('database/data/logs'));
    expect(config.limits.messageUnits).toBe(32_000);
  });

  test('is the same as one in which everything is set to nothing', () => {
    expect(loadConfig({ PORT: '', LLM_API_KEY: ' ', LIMIT_BODY_BYTES: '', DATABASE_URL: '' })).toEqual(loadConfig({}));
  });

  test('keeps everything below DATA_DIR when that is set', () => {
    const config = loadConfig({ DATA_DIR: '/var/lib/projectwise' });
    expect(config.database.file).toBe('/var/lib/projectwise/projectwise.sqlite');
    expect(config.log.dir).toBe('/var/lib/projectwise/logs');
  });
});

describe('names and forms of the Python version', () => {
  test.each([
    ['sqlite:data/a.sqlite', resolve('data/a.sqlite')],
    ['sqlite:///data/a.sqlite', resolve('data/a.sqlite')],
    ['sqlite+aiosqlite:////srv/a.sqlite?timeout=5', '/srv/a.sqlite'],
  ])('the database %s is a file', (url, file) => {
    expect(loadConfig({ DATABASE_URL: url }).database.file).toBe(file);
  });

  test('a key without an address means OpenAI', () => {
    const { llm } = loadConfig({ OPENAI_API_KEY: 'sk-1', LLM_MODEL_NAME: 'gpt-x', LLM_TIMEOUT: '12.5' });
    expect(llm).toMatchObject({
      engine: 'openai',
      url: 'https://api.openai.com/v1',
      apiKey: 'sk-1',
      model: 'gpt-x',
      timeoutMs: 12_500,
    });
  });

  test.each(['LLM_URL', 'LLM_BASE_URL', 'OPENAI_BASE_URL'])('%s is the address of a compatible server', (name) => {
    expect(loadConfig({ [name]: 'http://127.0.0.1:11434/v1/' }).llm).toMatchObject({
      engine: 'openai',
      url: 'http://127.0.0.1:11434/v1',
    });
  });

  test('the built-in responder can be asked for although a key is set', () => {
    expect(loadConfig({ LLM_URL: 'offline:?delay=5', LLM_API_KEY: 'sk-1' }).llm).toMatchObject({
      engine: 'offline',
      url: 'offline:?delay=5',
    });
  });

  test('the newer of two names counts', () => {
    const secret = 'a'.repeat(32);
    expect(loadConfig({ JWT_SECRET: 'older', SECRET_KEY: secret }).secretKey).toBe(secret);
    expect(loadConfig({ JWT_SECRET: 'older' }).secretKey).toBe('older');
  });

  test.each([
    ['%(asctime)s %(levelname)s %(message)s', 'text'],
    ['{time} {level} {message}', 'text'],
    ['JSON', 'json'],
    ['Text', 'text'],
  ])('the log format %s is read as %s', (value, format) => {
    expect(loadConfig({ LOG_FORMAT: value }).log.format).toBe(format);
  });

  test('levels, environments and days are read in the ways they are written', () => {
    const config = loadConfig({ LOG_LEVEL: 'WARNING', APP_ENV: 'prod', LOG_RETENTION: '30 days' });
    expect(config.log).toMatchObject({ level: 'warn', retentionDays: 30 });
    expect(config.environment).toBe('production');
  });

  test('origins are read from a list with commas and from a JSON list', () => {
    const expected = ['https://a.example', 'http://localhost:3000'];
    expect(loadConfig({ CORS_ORIGINS: 'https://a.example, http://localhost:3000/' }).corsOrigins).toEqual(expected);
    expect(loadConfig({ CORS_ORIGINS: '["https://a.example","http://localhost:3000"]' }).corsOrigins).toEqual(expected);
    expect(loadConfig({ CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
  });

  test('variables of engines that come later are validated and named as not used', () => {
    expect(loadConfig({ CACHE_URL: 'in-process:' }).unused).toEqual(['CACHE_URL']);
    expect(problemsOf({ QDRANT_PORT: 'abc', FILES_URL: 'ftp://x' })).toHaveLength(2);
  });

  test('what a judge of the protocol calls by name is there only when it is asked for, and never in production', () => {
    expect(loadConfig({}).mcp.hasFixtures).toBe(false);
    expect(loadConfig({ MCP_FIXTURES: '1' }).mcp.hasFixtures).toBe(true);
    for (const name of ['production', 'prod', 'staging']) {
      const refused = ['MCP_FIXTURES is for judging the protocol, not for production; leave it empty'];
      expect(problemsOf({ APP_ENV: name, MCP_FIXTURES: '1' })).toEqual(refused);
    }
    expect(problemsOf({ MCP_FIXTURES: 'yes' })).toHaveLength(1);
  });

  test('an old REDIS_URL falls back to this process with a warning, unless each engine is named', () => {
    const config = loadConfig({ REDIS_URL: 'redis://127.0.0.1' });
    expect(config.warnings).toEqual([expect.stringContaining('REDIS_URL')]);
    const named = { BUS_URL: 'in-process:', JOBS_URL: 'in-process:', CACHE_URL: 'in-process:' };
    expect(loadConfig({ REDIS_URL: 'redis://127.0.0.1', ...named }).warnings).toEqual([]);
    expect(loadConfig(named).unused).toEqual(['CACHE_URL']);
  });
});

describe('where files are kept', () => {
  const filesOf = (FILES_URL: string) => loadConfig({ FILES_URL, DATA_DIR: '/srv/data' }).files;

  test('is a folder of the data folder, or one that is named', () => {
    expect(loadConfig({ DATA_DIR: '/srv/data' }).files).toEqual({ engine: 'disk', folder: '/srv/data/files' });
    for (const url of ['file:/var/files', 'file:///var/files']) {
      expect(filesOf(url)).toEqual({ engine: 'disk', folder: '/var/files' });
    }
    expect(filesOf('file:here')).toEqual({ engine: 'disk', folder: resolve('here') });
  });

  test('is a bucket, by the host’s name or in the path, with or without encryption', () => {
    expect(filesOf('s3://AKIA:a%2Fb%2Bc@s3.ap-southeast-3.amazonaws.com/berkas?region=ap-southeast-3')).toEqual({
      engine: 's3',
      endpoint: 'https://s3.ap-southeast-3.amazonaws.com',
      bucket: 'berkas',
      region: 'ap-southeast-3',
      accessKey: 'AKIA',
      secretKey: 'a/b+c',
      pathStyle: false,
      localFolder: '/srv/data/files-arriving',
    });
    expect(filesOf('s3://k:s@127.0.0.1:9000/berkas?region=&pathStyle=1')).toMatchObject({
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      pathStyle: true,
    });
    expect(filesOf('s3://k:s@minio:9000/berkas?pathStyle=1&tls=0')).toMatchObject({ endpoint: 'http://minio:9000' });
    expect(filesOf('s3://k:s@localhost:9000/berkas')).toMatchObject({ pathStyle: true });
  });
});

describe('problems', () => {
  test('are all named at once, by the name that was used', () => {
    const env = {
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      LLM_TIMEOUT: 'soon',
      LIMIT_BODY_BYTES: '-1',
      LIMIT_BODY_BITES: '5',
      APP_ENV: 'production',
      JWT_SECRET: 'short',
    };
    const problems = problemsOf(env);
    expect(problems.map((problem) => problem.split(/[ :]/)[0]).sort()).toEqual(
      ['PORT', 'LOG_LEVEL', 'LLM_TIMEOUT', 'LIMIT_BODY_BYTES', 'LIMIT_BODY_BITES', 'JWT_SECRET'].sort(),
    );
    expect(problems).toContain('PORT must be a whole number from 0 to 65535 (it is "eighty")');
    expect(() => loadConfig(env)).toThrow(/^The configuration has 6 problems:\n {2}- /);
  });

  test.each([
    ['DATABASE_URL', 'postgresql+asyncpg://u:hidden@h/d', 'PostgreSQL is not available in this version'],
    ['DATABASE_URL', 'mysql+aiomysql://u:hidden@h/d', 'MySQL is not available in this version'],
    ['DATABASE_URL', 'sqlite:///:memory:', 'must name a file'],
    ['BUS_URL', 'redis://h', 'Redis is not available in this version'],
    ['JOBS_URL', 'rediss://h', 'Redis is not available in this version'],
    ['LLM_URL', 'ws://h', 'WebSocket language models are not available in this version'],
    ['LLM_URL', 'gopher://h', 'must be offline:'],
    ['CORS_ORIGINS', 'https://a.example/path', 'must list origins'],
    ['FILES_URL', 'ftp://x', 'must be file:FOLDER or s3://'],
    ['FILES_URL', 'file:', 'must name a folder'],
    ['FILES_URL', 'file://host/share', 'must name a folder'],
    ['FILES_URL', 's3:', 'must be s3://'],
    ['FILES_URL', 's3://k:s@host', 'must name one bucket'],
    ['FILES_URL', 's3://k:s@host/a/b', 'must name one bucket'],
    ['FILES_URL', 's3://host/berkas', 'must hold a key and its secret'],
    ['FILES_URL', 's3://k:%zz@host/berkas', 'must hold a key and its secret'],
    ['FILES_URL', 's3://k:s@host/berkas?pathstyle=1', 'not pathstyle'],
  ])('%s=%s is refused in one sentence', (name, value, sentence) => {
    const [problem, ...others] = problemsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(name);
    expect(problem).toContain(sentence);
  });

  test('never show a secret', () => {
    const env = {
      DATABASE_URL: 'oracle://u:hidden@h/d',
      APP_ENV: 'production',
      SECRET_KEY: 'hidden',
      FILES_URL: 's3://k:hidden@host/a/b',
    };
    expect(problemsOf(env)).toHaveLength(3);
    expect(problemsOf(env).join()).not.toContain('hidden');
  });

  test('a short secret is fine outside production', () => {
    expect(problemsOf({ SECRET_KEY: 'short' })).toEqual([]);
  });
});

test('an older environment that names a WebSocket model starts with the built-in responder and says so', () => {
  const config = loadConfig({ LLM_WEBSOCKET_URL: 'ws://h/llm' });
  expect(config.llm.engine).toBe('offline');
  expect(config.warnings.join()).toContain('LLM_WEBSOCKET_URL');
  expect(loadConfig({ LLM_WEBSOCKET_URL: 'ws://h/llm', LLM_URL: 'http://h/v1' }).warnings).toEqual([]);
});

test('every limit can be set, and some may be nothing', () => {
  const { limits } = loadConfig({ LIMIT_MESSAGE_UNITS: '100', LIMIT_DELTA_WINDOW_MS: '0' });
  expect(limits).toMatchObject({ messageUnits: 100, deltaWindowMs: 0, bodyBytes: 1_048_576 });
  expect(problemsOf({ LIMIT_MESSAGE_UNITS: '0' })).toHaveLength(1);
  expect(problemsOf({ LIMIT_TURN_TIMEOUT_MS: '99999999999' })).toHaveLength(1);
});

describe('what finds passages', () => {
  const embedding = (env: Record<string, string>) => loadConfig(env).embedding;

  test('is built in unless something else is named', () => {
    expect(embedding({})).toMatchObject({ engine: 'hashed', model: undefined });
    expect(embedding({ LLM_API_KEY: 'sk-1' })).toMatchObject({ engine: 'hashed' });
    expect(loadConfig({}).vectors).toEqual({
      engine: 'embedded',
      url: 'embedded:',
      apiKey: undefined,
      file: resolve('database/data/index.sqlite'),
    });
  });

  test.each<[Record<string, string>, object]>([
    [
      { EMBED_MODEL: 'bge-m3', LLM_URL: 'http://127.0.0.1:11434', LLM_API_KEY: 'k' },
      { url: 'http://127.0.0.1:11434/v1', apiKey: 'k', model: 'bge-m3', dimensions: undefined },
    ],
    [
      { EMBED_MODEL: 'm', EMBED_DIM: '512', OPENAI_API_KEY: 'sk-1' },
      { url: 'https://api.openai.com/v1', apiKey: 'sk-1', model: 'm', dimensions: 512 },
    ],
    [{ EMBED_API_KEY: 'sk-2' }, { url: 'https://api.openai.com/v1', apiKey: 'sk-2', model: 'text-embedding-3-small' }],
    [
      { EMBED_URL: 'https://e.example/v2/', EMBED_MODEL: 'm' },
      { url: 'https://e.example/v2', apiKey: undefined },
    ],
  ])('%j is a model on a server', (env, expected) => {
    expect(embedding(env)).toMatchObject({ engine: 'remote', ...expected });
  });

  test('the key of the language model goes to no other server', () => {
    const env = { EMBED_URL: 'https://e.example', EMBED_MODEL: 'm', LLM_API_KEY: 'sk-1' };
    expect(embedding(env).apiKey).toBeUndefined();
    expect(embedding({ ...env, LLM_URL: 'https://e.example/v1' }).apiKey).toBe('sk-1');
  });

  test('a server without a model is a problem; a model without a server, or beside the built-in one, a warning', () => {
    expect(problemsOf({ EMBED_URL: 'https://e.example' })).toEqual([expect.stringContaining('EMBED_MODEL must name')]);
    for (const env of [{ EMBED_MODEL: 'm' }, { EMBED_URL: 'hashed:', EMBED_MODEL: 'm' }, { EMBED_DIM: '512' }]) {
      const config = loadConfig(env);
      expect(config.embedding.engine).toBe('hashed');
      expect(config.warnings).toHaveLength(1);
    }
  });

  test.each<[Record<string, string>, object]>([
    [
      { VECTOR_URL: 'https://q.example:6334/base', QDRANT_API_KEY: 'k' },
      { url: 'https://q.example:6334/base', apiKey: 'k' },
    ],
    [{ QDRANT_URL: 'http://127.0.0.1:6333' }, { url: 'http://127.0.0.1:6333' }],
    [{ QDRANT_HOST: 'qdrant' }, { url: 'http://qdrant:6333/' }],
    [{ QDRANT_HOST: 'qdrant', QDRANT_PORT: '7000' }, { url: 'http://qdrant:7000/' }],
    [{ QDRANT_HOST: 'https://cloud.example', QDRANT_PORT: '443' }, { url: 'https://cloud.example/' }],
  ])('%j is a Qdrant server', (env, expected) => {
    expect(loadConfig(env).vectors).toMatchObject({ engine: 'qdrant', ...expected });
  });

  test('a name that is none is a problem', () => {
    expect(problemsOf({ QDRANT_HOST: 'not a host' })).toEqual([expect.stringContaining('QDRANT_HOST')]);
    expect(loadConfig({ VECTOR_URL: 'embedded:', QDRANT_HOST: 'qdrant' }).vectors.engine).toBe('embedded');
  });
});
