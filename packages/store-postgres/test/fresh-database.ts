import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

export interface FreshDatabase {
  url: string
  /** Fails when a connection to it is still open: whoever opened one has not closed it. */
  drop: () => Promise<void>
}

/** An empty database of its own on the shared server. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const url = new URL(inject('databaseUrl'))
  url.pathname = `/${name}`
  await onServer(`create database ${name}`)
  return { url: url.href, drop: () => onServer(`drop database ${name}`) }
}

async function onServer(sql: string): Promise<void> {
  const client = new Client(inject('databaseUrl'))
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
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
