type Fetch = (url: string | URL, init: RequestInit) => Promise<Response>

export interface Connection {
  /** `fetch` that notices when an answer does not come or breaks off. */
  fetch: Fetch
  /** Forgets what was lost before: a new answer begins, or nothing is awaited any more. */
  reset: () => void
}

export interface ConnectionOptions {
  /** Told `true` when the connection was lost for some time, and `false` when it is back. */
  onChange: (lost: boolean) => void
  /** How long it may take to come back before anybody is told. Default 2,000. */
  toleratedMs?: number
}

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** Watches the requests of a client that comes back by itself. */
export function watchConnection({ onChange, toleratedMs = 2_000 }: ConnectionOptions): Connection {
  let timer: ReturnType<typeof setTimeout> | undefined
  let told = false

  function lose(): void {
    timer ??= setTimeout(() => {
      told = true
      onChange(true)
    }, toleratedMs)
  }

  function reset(): void {
    clearTimeout(timer)
    timer = undefined
    if (!told) return
    told = false
    onChange(false)
  }

  function watchBody(response: Response): Response {
    if (!response.body) return response
    const reader = response.body.getReader()
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          if (!isAbort(error)) lose()
          controller.error(error)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    })
    return new Response(body, response)
  }

  async function watchedFetch(url: string | URL, init: RequestInit): Promise<Response> {
    try {
      const response = await fetch(url, init)
      if (response.status < 500) reset()
      else lose()
      return watchBody(response)
    } catch (error) {
      if (!isAbort(error)) lose()
      throw error
    }
  }

  return { fetch: watchedFetch, reset }
}
