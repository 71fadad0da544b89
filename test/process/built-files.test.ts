import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBuild, DIST } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';

/** Runs a script that finds the files of the package with `fileOf(name)`. */
async function outputOf(body: string): Promise<string> {
  checkBuild();
  const fileOf = `const fileOf = (name) => ${JSON.stringify(join(DIST, '/'))} + name;\n`;
  const { stdout, stderr } = await runNode(['--input-type=commonjs', '--eval', fileOf + body]);
  return stdout + stderr;
}

describe('the files of the package', () => {
  it('make no error while they are loaded: with one, Node 22 cannot write a startup snapshot', async () => {
    const output = await outputOf(`
      require('@opentelemetry/api');
      let made = 0;
      globalThis.Error = class extends Error {
        constructor(...args) { super(...args); made++; }
      };
      for (const name of ['index', 'fork', 'dev-agent']) require(fileOf(name + '.cjs'));
      new Error('the control');
      console.log(made);`);

    expect(output).toBe('1\n');
  });

  it.each(['index.cjs', 'index.js'])(
    'pass on what a handler is called on as it is: %s',
    async (file) => {
      const output = await outputOf(`
        import(fileOf('${file}')).then(({ withFlush }) => {
          const handler = withFlush(
            function () { 'use strict'; console.log(typeof this); },
            { forceFlush: async () => undefined },
          );
          handler.call(undefined);
          handler.call('text');
        });`);

      expect(output).toBe('undefined\nstring\n');
    },
  );

  it('name their exporters apart in metrics, though each has a copy of the code', async () => {
    const output = await outputOf(`
      const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
      const names = new Set();
      const instrument = {
        add: (_value, attributes) => names.add(attributes['otel.component.name']),
        record: () => undefined,
      };
      const selfObsMeterProvider = {
        getMeter: () => ({
          createCounter: () => instrument,
          createHistogram: () => instrument,
          createUpDownCounter: () => instrument,
        }),
      };
      const files = ['index.cjs', 'index.js'].map((name) => import(fileOf(name)));
      Promise.all(files).then(async (copies) => {
        const exporters = copies.map((copy) => new copy.DatadogSpanExporter({ selfObsMeterProvider }));
        const spanProcessors = exporters.map((exporter) => new SimpleSpanProcessor(exporter));
        const provider = new BasicTracerProvider({ spanProcessors });
        provider.getTracer('t').startSpan('s').end();
        await Promise.all(exporters.map((exporter) => exporter.shutdown({ graceMillis: 0 })));
        console.log([...names].sort().join());
      });`);

    expect(output).toBe('DatadogSpanExporter/0,DatadogSpanExporter/1\n');
  });
});
