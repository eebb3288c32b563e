import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    agents: 'src/agents.ts',
    cli: 'src/cli.ts',
    // Started by its path, so it keeps a file of its own beside the index.
    'parse-process': 'src/parse/parse-process.ts',
  },
  format: 'esm',
  target: 'node22',
  dts: { entry: { index: 'src/index.ts', agents: 'src/agents.ts' } },
  // `node:sqlite` has no other name.
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
})
