import { pause } from './pause.ts'
import { isPassing } from './request-error.ts'

const TRIES = 4

/**
 * Stops an answer, and gives whether there was one. A stop that overtook the request it is about finds nothing; so it
 * is sent again once that request was answered, however it ended (`answered`). One that got lost is sent again, too.
 */
export async function stopRun(
  ask: () => Promise<boolean>,
  answered: Promise<unknown> | undefined,
): Promise<boolean> {
  const stopped = await persist(ask)
  if (stopped || !answered) return stopped
  await answered.catch(() => {})
  return persist(ask)
}

async function persist(ask: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error
      await pause(tries)
    }
  }
}
