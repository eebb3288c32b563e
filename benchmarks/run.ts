/** Measures, tells how in lines of its own, and gives figures with their units in their names. */
type Benchmark = () => Promise<Record<string, number>>

// Each is loaded only when it runs, with what it needs.
const benchmarks: Record<string, () => Promise<Benchmark>> = {
  'agent-overhead': async () => (await import('./agent-overhead/agent-overhead.ts')).agentOverhead,
  'first-delta': async () => (await import('./first-delta/first-delta.ts')).firstDelta,
  'list-threads': async () => (await import('./list-threads/list-threads.ts')).listThreads,
  'live-answers': async () => (await import('./live-answers/live-answers.ts')).liveAnswers,
  'rag-quality': async () => (await import('./rag-quality/rag-quality.ts')).ragQuality,
  'rag-search': async () => (await import('./rag-search/rag-search.ts')).ragSearch,
  'rag-ingest': async () => (await import('./rag-ingest/rag-ingest.ts')).ragIngest,
  site: async () => (await import('./site/site.ts')).site,
  'stream-memory': async () => (await import('./stream-memory/stream-memory.ts')).streamMemory,
  'stream-postgres': async () => (await import('./stream-postgres/stream-postgres.ts')).streamPostgres,
}

const name = process.argv[2] ?? ''
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
if (load) {
  const benchmark = await load()
  const figures = await benchmark()
  console.log(JSON.stringify({ benchmark: name, figures }))
} else {
  console.error(name === '' ? 'Which benchmark?' : `There is no benchmark "${name}".`)
  console.error(`Known: ${Object.keys(benchmarks).join(', ')}.`)
  process.exitCode = 1
}
