import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Starts a server, waits until it says where it listens, asks it one question in a new thread, and ends it. Gives the
 * status and the body. Rejects where it ends before it says so.
 */
export async function askServer({
  command,
  cwd,
  env = {},
  ready,
  path = '/chatkit',
  headers = {},
  question = 'Hello',
}) {
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: { ...process.env, PORT: '0', OPENAI_API_KEY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = []
  child.stderr.on('data', (bytes) => said.push(String(bytes)))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const url = await new Promise((resolve, reject) => {
      child.once('error', reject)
      void ended.then(() => reject(new Error(`${command.join(' ')} ended:\n${said.join('')}`)))
      createInterface(child.stdout).on('line', (line) => {
        said.push(`${line}\n`)
        const [, port] = ready.exec(line) ?? []
        if (port) resolve(`http://localhost:${port}${path}`)
      })
    })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        type: 'threads.create',
        params: { input: { content: [{ type: 'input_text', text: question }] } },
      }),
      signal: AbortSignal.timeout(120_000),
    })
    return { status: response.status, text: await response.text() }
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}
