import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { Pool } from 'pg'

interface Body {
  params: { limit?: number }
}

/**
 * What `node:http` and `pg` can do at best: one statement that gives the page as one text, which is sent as it
 * comes. Nobody is asked who they are, nothing is checked, and there is one page only.
 */
export function plainListener(
  databaseUrl: string,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const pool = new Pool({ connectionString: databaseUrl })
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { params } = (await json(incoming)) as Body
    const { rows } = await pool.query<{ page: string }>(FIRST_PAGE, [
      incoming.headers.authorization,
      params.limit ?? 20,
    ])
    outgoing.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    outgoing.end(rows[0]?.page)
  }
  return (incoming, outgoing) => void answer(incoming, outgoing)
}

const FIRST_PAGE = `select json_build_object('data', json_agg(thread), 'has_more', true)::text as page from (
  select id, created_at, title, status, '{}'::json as metadata, '{"data":[],"has_more":false}'::json as items
  from chatkit.threads where owner_id = $1 and tenant_id is null order by created_at desc, id desc limit $2
) as thread`
