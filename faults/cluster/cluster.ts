import { createChatKitClient, type ChatKitClient } from '@robolearn/chatkit-server-core/client'
import { Reading, type ReadingOptions } from '../client/reading.ts'
import { CallLedger } from '../model/call-ledger.ts'
import { Database } from '../promises/database.ts'
import { NodeProcess } from './node-process.ts'
import type { NodeSettings } from './node-settings.ts'

export interface ClusterOptions {
  databaseUrl: string
  settings: NodeSettings
  /** What differs between the nodes; as many nodes as there are of these. */
  nodes: Partial<NodeSettings>[]
}

/** Server processes on one database, what they did, and what they left in it. */
export class Cluster {
  readonly nodes: readonly [NodeProcess, NodeProcess, ...NodeProcess[]]
  readonly ledger = new CallLedger()
  readonly database: Database
  readonly leaseMs: number
  /** What nodes have reported to their operators, and how often. */
  readonly errors = new Map<string, number>()

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options)
    await Promise.all(cluster.nodes.map((node) => node.start()))
    return cluster
  }

  private constructor({ databaseUrl, settings, nodes }: ClusterOptions) {
    const [first = {}, second = {}, ...rest] = nodes
    const make = (changes: Partial<NodeSettings>, index: number): NodeProcess =>
      new NodeProcess({
        name: String.fromCodePoint(65 + index),
        settings: { ...settings, ...changes },
        ledger: this.ledger,
        onError: (text) => this.errors.set(text, (this.errors.get(text) ?? 0) + 1),
      })
    this.leaseMs = settings.leaseMs
    this.database = new Database(databaseUrl)
    this.nodes = [make(first, 0), make(second, 1), ...rest.map((changes, index) => make(changes, index + 2))]
  }

  read(node: NodeProcess, options: Omit<ReadingOptions, 'port'>): Reading {
    return new Reading({ port: node.port, ...options })
  }

  client(node: NodeProcess, owner: string): ChatKitClient {
    return createChatKitClient({
      url: `http://127.0.0.1:${node.port}/chatkit`,
      fetch: (url, init) => {
        const headers = new Headers(init.headers)
        headers.set('authorization', owner)
        // A connection that is kept would be one to a server that has been killed since.
        headers.set('connection', 'close')
        return fetch(url, { ...init, headers })
      },
    })
  }

  /** Every node that does not run is started again. */
  async heal(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()))
  }

  /** Ends the nodes, as an operator does. Gives what was wrong with how they ended. */
  async close(): Promise<string[]> {
    return (await Promise.all(this.nodes.map((node) => node.close()))).flat()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()))
    await this.database.close()
  }
}
