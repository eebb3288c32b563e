/** Where OpenAI serves the script of its client. */
const SCRIPT = 'https://cdn.platform.openai.com/deployments/chatkit/chatkit.js'

/** As long as a learner can be asked to wait for somebody else's server. */
const PATIENCE_MS = 5_000

/** Loads OpenAI's client. Rejects when it is not there in time: offline, blocked, or changed. */
export async function loadClient(): Promise<void> {
  const script = document.createElement('script')
  script.src = SCRIPT
  script.async = true
  const { promise: failed, reject } = Promise.withResolvers<never>()
  script.addEventListener('error', () => reject(new Error('OpenAI’s client could not be loaded.')))
  const timer = setTimeout(() => reject(new Error('OpenAI’s client did not come in time.')), PATIENCE_MS)
  document.head.append(script)
  try {
    await Promise.race([customElements.whenDefined('openai-chatkit'), failed])
  } finally {
    clearTimeout(timer)
  }
}
