import { answerParent } from '../processes/child.ts'
import { DelayingProxy } from './delaying-proxy.ts'

// The long way to the database, in a process of its own.

const [host = '', port, roundTripMs] = process.argv.slice(2)
const proxy = new DelayingProxy({ host, port: Number(port), roundTripMs: Number(roundTripMs) })
const listening = proxy.listen()

answerParent(async ({ want }) => {
  switch (want) {
    case 'port':
      return { port: await listening }
    case 'restart-count':
      proxy.restartCount()
      return {}
    case 'round-trips':
      return { roundTrips: proxy.roundTrips }
    default:
      throw new Error(`The proxy was asked for "${String(want)}".`)
  }
})
