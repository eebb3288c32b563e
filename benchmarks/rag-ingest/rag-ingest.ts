import { startPostgres } from '../../test/start-postgres.ts'
import { startChild } from '../processes/child.ts'
import type { IngestFigures } from './ingest.ts'

/** Fewer for a machine that has no ten minutes; memory is only shown flat by many. */
const PAGES = Number(process.env.RAG_INGEST_PAGES || 10_000)

/**
 * How fast pages are taken in without vectors, what memory that needs, and whether it grows with their number. The
 * pages come one by one, so that only what ingest keeps can grow; then the same come again, unchanged.
 */
export async function ragIngest(): Promise<Record<string, number>> {
  const postgres = await startPostgres('embedded', { durable: true })
  const child = startChild(new URL('ingest.ts', import.meta.url), [postgres.url, String(PAGES)])
  try {
    console.log(
      `Node ${process.version}; PostgreSQL ${postgres.version} on this machine, with fsync and synchronous_commit on.`,
    )
    console.log(
      `${PAGES} pages of about 3,000 characters, four of Markdown to one of HTML; memory is that of the process and of the one that parses for it.`,
    )
    const first = await child.ask<IngestFigures>({ want: 'ingest' })
    const again = await child.ask<IngestFigures>({ want: 'ingest' })
    if (first.changed !== PAGES || again.changed !== 0) throw new Error('Not every page was taken, once.')
    console.log(`new pages:       ${perMinute(first)} a minute, ${first.chunks} chunks`)
    console.log(`unchanged pages: ${perMinute(again)} a minute`)
    console.log(`memory at each tenth of the way, in MB: ${first.rssMb.map(Math.round).join(', ')}`)
    return {
      pages_per_minute: perMinute(first),
      unchanged_pages_per_minute: perMinute(again),
      peak_rss_mb: Math.round(first.peakRssMb),
      rss_mb_at_a_fifth: Math.round(first.rssMb[1] ?? 0),
      rss_mb_at_the_end: Math.round(first.rssMb[9] ?? 0),
    }
  } finally {
    await child.close()
    await postgres.stop()
  }
}

const perMinute = ({ ms }: IngestFigures): number => Math.round((PAGES / ms) * 60_000)
