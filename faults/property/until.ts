import { inTime } from './in-time.ts'

/** Resolves when it is so; looked at again and again, since nobody tells of it. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  let isGivenUp = false
  const look = async (): Promise<void> => {
    while (!isSo() && !isGivenUp) await new Promise((resolve) => void setTimeout(resolve, 1))
  }
  try {
    await inTime(look(), what)
  } finally {
    isGivenUp = true
  }
}
