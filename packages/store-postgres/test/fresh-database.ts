import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

export interface FreshDatabase {
  url: string
  /** Fails when a connection to it is still open: whoever opened one has not closed it. */
  drop: () => Promise<void>
}

/** An empty database of its own on a shared server. */
export async function freshDatabase(server: string = inject('databaseUrl')): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await query(server, `create database ${name}`)
  return {
    url: url.href,
    drop: async () => {
      await query(server, `drop database ${name}`)
    },
  }
}

/** Runs statements on a connection of their own and gives the rows of the last one. */
export async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new Client(url)
  await client.connect()
  try {
    let rows: unknown[] = []
    for (const sql of statements) rows = (await client.query(sql)).rows
    return rows
  } finally {
    await client.end()
  }
}
