import { sql, type Kysely } from 'kysely'

/** All that an index holds, by names instead of keys, so that two can be compared. */
export async function indexContents(db: Kysely<unknown>, schema: string, vectors: boolean): Promise<unknown> {
  const table = (name: string) => sql.id(schema, name)
  const chunkName = sql`document.id || ' ' || chunk.ordinal`
  const chunks = sql`${table('chunk')} as chunk join ${table('document')} as document on document.key = document_key`
  const statements = {
    documents: sql`select id, hash, title, url, metadata from ${table('document')} order by id`,
    chunks: sql`select ${chunkName} as name, configuration, text, range_start, range_end, heading_path, anchor,
      text_fragment, page_number, page_label, embedding_hash, length
      from ${chunks} join ${table('lexicon')} as lexicon on lexicon.key = lexicon_key order by name`,
    postings: sql`select ${chunkName} as name, configuration, term, frequency, posting.length
      from ${table('posting')} as posting left join (${chunks}) on chunk.key = chunk_key
      left join ${table('lexicon')} as lexicon on lexicon.key = posting.lexicon_key order by name, term`,
    lexicons: sql`select configuration, chunks, tokens from ${table('lexicon')} where chunks <> 0 order by 1`,
    lengths: sql`select lexicon.key, lexicon.tokens from ${table('lexicon')} as lexicon
      where tokens <> (select coalesce(sum(length), 0) from ${table('chunk')} as c where c.lexicon_key = lexicon.key)`,
    ...(vectors && {
      vectors: sql`select ${chunkName} as name, embedding::text as embedding
        from ${table('vector_1')} as v left join (${chunks}) on chunk.key = chunk_key order by name`,
    }),
  }
  const contents: Record<string, unknown> = {}
  for (const [name, statement] of Object.entries(statements))
    contents[name] = (await statement.execute(db)).rows
  return contents
}
