/** The little of a browser that tells whether anybody looks at the page; Node has none of it. */
interface Surroundings {
  document?: { hidden: boolean }
  addEventListener?: (type: string, listener: () => void, options?: { capture: boolean }) => void
  removeEventListener?: (type: string, listener: () => void, options?: { capture: boolean }) => void
}

export interface PageWatch {
  /** Whether the page is hidden, or about to be left: what ends now was not ended by its user. */
  isLeaving: () => boolean
  close: () => void
}

const LEAVING = ['beforeunload', 'pagehide']
// A download or a question "leave this page?" looks like leaving, too. Whoever then presses a button has stayed.
const STAYING = ['pageshow', 'pointerdown', 'keydown']

/** Watches the page for as long as a stream is open, and no longer: such listeners can keep pages out of caches. */
export function watchPage(): PageWatch {
  const page = globalThis as Surroundings
  const options = { capture: true }
  let unloading = false
  const leave = (): void => void (unloading = true)
  const stay = (): void => void (unloading = false)
  for (const type of LEAVING) page.addEventListener?.(type, leave, options)
  for (const type of STAYING) page.addEventListener?.(type, stay, options)
  return {
    isLeaving: () => unloading || page.document?.hidden === true,
    close: () => {
      for (const type of LEAVING) page.removeEventListener?.(type, leave, options)
      for (const type of STAYING) page.removeEventListener?.(type, stay, options)
    },
  }
}
