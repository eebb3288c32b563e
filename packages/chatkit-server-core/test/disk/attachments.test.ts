import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UPLOAD_REFUSALS } from '../../src/disk/index.ts'
import type { Attachment, ThreadItem } from '../../src/index.ts'
import { ada } from '../test-server.ts'
import { bytesOf, FileServer, json, PNG, put } from './file-server.ts'

let server: FileServer
beforeEach(async () => {
  server = await FileServer.open()
})
afterEach(async () => {
  await server.close()
})

interface Thread {
  items: { data: ThreadItem[] }
}

/** What a refusal says, once it was seen that the disk holds nothing of it. */
async function refusal(response: Response): Promise<{ status: number; code: string }> {
  const { error, message } = await json<{ error: { code: string; message: string }; message: string }>(
    response,
  )
  expect(message).toBe(error.message)
  expect(await server.filesOnDisk()).toEqual([])
  expect(server.errors).toEqual([])
  return { status: response.status, code: error.code }
}

const refusedAs = (code: keyof typeof UPLOAD_REFUSALS): { status: number; code: string } => ({
  status: UPLOAD_REFUSALS[code].status,
  code,
})

async function send(attachment: Attachment): Promise<string> {
  const input = {
    content: [{ type: 'input_text', text: 'Look at this.' }],
    attachments: [attachment.id],
    quoted_text: null,
    inference_options: {},
  }
  const response = await server.call('threads.create', { input })
  const events = await response.text()
  expect(response.status).toBe(200)
  return /"thread_id":"([^"]+)"/.exec(events)?.[1] ?? ''
}

async function attachmentsOf(threadId: string): Promise<Attachment[]> {
  const thread = await json<Thread>(await server.call('threads.get_by_id', { thread_id: threadId }))
  const items = thread.items.data
  return items.flatMap((item) => (item.type === 'user_message' ? item.attachments : []))
}

describe('an upload in two steps', () => {
  it('is announced, uploaded, sent and shown', async () => {
    const attachment = await server.upload('a robot.png', 'image/png', PNG)
    expect(attachment).toMatchObject({ type: 'image', name: 'a robot.png', mime_type: 'image/png' })
    const [shown] = await attachmentsOf(await send(attachment))
    expect(shown).not.toHaveProperty('upload_descriptor')
    const response = await fetch(shown?.type === 'image' ? shown.preview_url : '')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG)
    expect(response.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''a%20robot.png")
  })

  it('shows its pictures in a thread that is opened a month later', async () => {
    const threadId = await send(await server.upload('robot.png', 'image/png', PNG))
    const [before] = await attachmentsOf(threadId)
    server.aheadMs = 30 * 86_400_000
    const [after] = await attachmentsOf(threadId)
    const statuses = [before, after].map(
      async (one) => (await fetch(one?.type === 'image' ? one.preview_url : '')).status,
    )
    expect(await Promise.all(statuses)).toEqual([410, 200])
  })

  it('stores no URL', async () => {
    const attachment = await server.upload('robot.png', 'image/png', PNG)
    const scope = { owner: 'ada', context: ada }
    const stored = await server.chat.store.loadAttachment(attachment.id, scope)
    expect(JSON.stringify(stored)).not.toContain('http')
  })

  it('gives the bytes to the server, and only to their owner', async () => {
    const { id } = await server.upload('notes.txt', 'text/plain', bytesOf('سلام 🤖'))
    const read = (owner: string) => server.attachments.read(id, { owner, context: ada })
    const { body, size, mime_type } = await read('ada')
    expect([await new Response(body).text(), size, mime_type]).toEqual(['سلام 🤖', 13, 'text/plain'])
    await expect(read('grace')).rejects.toMatchObject({ code: 'attachment_not_found' })
    await expect(
      server.attachments.read(id, { owner: 'ada', tenant: 'x', context: ada }),
    ).rejects.toMatchObject({ code: 'attachment_not_found' })
    const stored = await server.chat.store.loadAttachment(id, { owner: 'ada', context: ada })
    expect(await server.attachments.sign(stored, { owner: 'grace', context: ada })).toEqual(stored)
    await server.attachments.delete(id, { owner: 'grace', context: ada })
    expect(await server.filesOnDisk()).toHaveLength(1)
  })
})

describe('an upload that is not as announced', () => {
  it('is refused where it is not of its type', async () => {
    const attachment = await server.announce('robot.png', 'image/png', 11)
    expect(await refusal(await put(attachment, bytesOf('<html></html>').slice(0, 11)))).toEqual(
      refusedAs('type_mismatch'),
    )
    const text = await server.announce('notes.txt', 'text/plain', PNG.byteLength)
    expect(await refusal(await put(text, PNG))).toEqual(refusedAs('type_mismatch'))
    const binary = await server.announce('notes.txt', 'text/plain', 3)
    expect(await refusal(await put(binary, new Uint8Array([0x61, 0xff, 0x62])))).toEqual(
      refusedAs('type_mismatch'),
    )
  })

  it('is refused where it is larger or smaller, and can be repeated', async () => {
    const attachment = await server.announce('robot.png', 'image/png', PNG.byteLength)
    const larger = new Uint8Array([...PNG, 0])
    expect(await refusal(await put(attachment, larger))).toEqual(refusedAs('file_too_large'))
    expect(await refusal(await put(attachment, PNG.slice(0, -1)))).toEqual(refusedAs('file_incomplete'))
    expect((await put(attachment, PNG)).status).toBe(204)
  })

  it('leaves nothing where it is cut', async () => {
    const attachment = await server.announce('big.txt', 'text/plain', 1000)
    const url = new URL(attachment.upload_descriptor?.url ?? '')
    const socket = connect(Number(url.port), url.hostname)
    const path = `${url.pathname}${url.search}`
    socket.write(`PUT ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${'a'.repeat(500)}`)
    await expect.poll(() => server.filesOnDisk()).toHaveLength(1)
    socket.destroy()
    await expect.poll(() => server.filesOnDisk()).toEqual([])
    expect((await put(attachment, bytesOf('b'.repeat(1000)))).status).toBe(204)
  })

  it('leaves nothing where it stands still', async () => {
    await server.close()
    server = await FileServer.open({ stallMs: 20 })
    const attachment = await server.announce('slow.txt', 'text/plain', 1000)
    const url = new URL(attachment.upload_descriptor?.url ?? '')
    const socket = connect(Number(url.port), url.hostname)
    socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\naaa`)
    const [answer] = await new Promise<string[]>((resolve) => {
      socket.once('data', (data) => resolve([data.toString()]))
    })
    expect(answer).toContain('408')
    socket.destroy()
    await expect.poll(() => server.filesOnDisk()).toEqual([])
  })

  it('is kept once, however often and however simultaneously it is sent', async () => {
    const attachment = await server.announce('robot.png', 'image/png', PNG.byteLength)
    const responses = await Promise.all(Array.from({ length: 5 }, () => put(attachment, PNG)))
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409, 409, 409, 409])
    expect(await server.filesOnDisk()).toHaveLength(1)
    const late = await put(attachment, PNG)
    expect([late.status, (await json<{ error: { code: string } }>(late)).error.code]).toEqual([
      409,
      'already_uploaded',
    ])
  })

  it('is gone where its attachment was deleted', async () => {
    const attachment = await server.announce('robot.png', 'image/png', PNG.byteLength)
    await server.call('attachments.delete', { attachment_id: attachment.id })
    expect(await refusal(await put(attachment, PNG))).toEqual(refusedAs('attachment_not_found'))
  })
})

describe('a URL', () => {
  it('is good for nothing but what it was made for', async () => {
    const attachment = await server.announce('robot.png', 'image/png', PNG.byteLength)
    const other = await server.announce('other.png', 'image/png', PNG.byteLength)
    const to = attachment.upload_descriptor?.url ?? ''
    const forged = [
      to.replace(attachment.id, other.id),
      to.replace(/size=\d+/, 'size=9999'),
      to.replace(/expires=\d+/, 'expires=99999999999'),
      to.replace(/signature=./, (found) => `signature=${found.endsWith('A') ? 'B' : 'A'}`),
      to.replace(/&signature.*/, ''),
    ]
    for (const url of forged) {
      expect(await refusal(await fetch(url, { method: 'PUT', body: PNG }))).toEqual(refusedAs('url_forged'))
    }
    expect(await refusal(await fetch(to))).toEqual(refusedAs('url_forged'))
  })

  it('is over in its time', async () => {
    const attachment = await server.announce('robot.png', 'image/png', PNG.byteLength)
    server.aheadMs = 901_000
    expect(await refusal(await put(attachment, PNG))).toEqual(refusedAs('url_expired'))
  })

  it('leads to no path on the disk', async () => {
    for (const path of [
      '/attachments/..%2f..%2fetc%2fpasswd',
      '/attachments/../../etc/passwd',
      '/attachments/',
    ]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(403)
    }
  })

  it('is not made from the Host header', async () => {
    const body = JSON.stringify({
      type: 'attachments.create',
      params: { name: 'a.png', size: 5, mime_type: 'image/png' },
    })
    const reply = await server.chat.process(body, ada)
    expect(reply.kind === 'json' && JSON.parse(reply.json).preview_url).toMatch(
      new RegExp(`^${server.url}/attachments/atc_`),
    )
  })
})

describe('what is announced', () => {
  const announced = async (params: object): Promise<unknown> => {
    const response = await server.call('attachments.create', params)
    const { error } = await json<{ error?: { code: string; issues?: { path: string }[] } }>(response)
    return [response.status, error?.code, error?.issues?.[0]?.path]
  }

  it('is refused where it is not taken, empty or too large', async () => {
    const size = { name: 'a', size: 5, mime_type: 'image/png' }
    expect(await announced({ ...size, mime_type: 'image/svg+xml' })).toEqual([
      400,
      'request_invalid',
      'params.mime_type',
    ])
    expect(await announced({ ...size, size: 20 * 1024 * 1024 + 1 })).toEqual([
      400,
      'request_invalid',
      'params.size',
    ])
    expect(await announced({ ...size, size: 0 })).toEqual([400, 'request_invalid', 'params.size'])
  })

  it('counts for its owner, until it is deleted', async () => {
    await server.close()
    server = await FileServer.open({ maxOwnerBytes: 100 })
    const { id } = await server.announce('a.png', 'image/png', 60)
    expect(await announced({ name: 'b', size: 41, mime_type: 'image/png' })).toEqual([
      400,
      'request_invalid',
      'params.size',
    ])
    await server.announce('c.png', 'image/png', 60, 'grace')
    await server.call('attachments.delete', { attachment_id: id })
    await server.announce('d.png', 'image/png', 100)
  })

  it('never exceeds what an owner may have, however many are announced at once', async () => {
    await server.close()
    server = await FileServer.open({ maxOwnerBytes: 100, maxOwnerFiles: 3 })
    const scope = { owner: 'ada', context: ada }
    const announce = (size: number) =>
      Array.from({ length: 8 }, () =>
        server.call('attachments.create', { name: 'a', size, mime_type: 'image/png' }),
      )
    await Promise.all(announce(40))
    const large = await server.attachments.usage(scope)
    expect(large.bytes).toBeLessThanOrEqual(100)
    await server.attachments.deleteOwner('ada')
    await Promise.all(announce(1))
    const small = await server.attachments.usage(scope)
    expect(small.files).toBeLessThanOrEqual(3)
    for (let i = small.files; i < 3; i++) await server.announce('a', 'image/png', 1)
    expect(await announced({ name: 'b', size: 1, mime_type: 'image/png' })).toEqual([
      400,
      'request_invalid',
      'params.size',
    ])
    expect(await server.attachments.usage(scope)).toEqual({ files: 3, bytes: 3 })
  })
})

describe('a form', () => {
  const form = (bytes: Uint8Array<ArrayBuffer>, type: string, name = 'robot.png'): FormData => {
    const data = new FormData()
    data.append('file', new Blob([bytes], { type }), name)
    return data
  }
  const post = (body: FormData | string, headers: Record<string, string> = { 'x-user': 'ada' }) =>
    fetch(`${server.url}/attachments`, { method: 'POST', headers, body })

  it('uploads directly', async () => {
    const response = await post(form(PNG, 'image/png'))
    const attachment = await json<Attachment>(response)
    expect([response.status, attachment]).toMatchObject([200, { type: 'image', name: 'robot.png' }])
    expect(attachment).not.toHaveProperty('upload_descriptor')
    const shown = await fetch(attachment.type === 'image' ? attachment.preview_url : '')
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(PNG)
    await send(attachment)
  })

  it('is refused without a session, from another site, without a file, with a wrong one', async () => {
    expect(await refusal(await post(form(PNG, 'image/png'), {}))).toEqual(refusedAs('unauthenticated'))
    const cross = { 'x-user': 'ada', 'sec-fetch-site': 'cross-site' }
    expect(await refusal(await post(form(PNG, 'image/png'), cross))).toEqual(refusedAs('cross_site'))
    const foreign = { 'x-user': 'ada', origin: 'https://evil.example' }
    expect(await refusal(await post(form(PNG, 'image/png'), foreign))).toEqual(refusedAs('cross_site'))
    const empty = new FormData()
    empty.append('note', 'no file')
    expect(await refusal(await post(empty))).toEqual(refusedAs('form_invalid'))
    expect(await refusal(await post('x'))).toEqual(refusedAs('unsupported_media_type'))
    expect(await refusal(await post(form(bytesOf('hello'), 'image/png')))).toEqual(refusedAs('type_mismatch'))
    const refusedType = await post(
      form(bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'),
    )
    expect(await refusal(refusedType)).toEqual({ status: 400, code: 'request_invalid' })
  })

  it('is refused with two files, and leaves neither', async () => {
    const two = form(PNG, 'image/png')
    two.append('file', new Blob([PNG], { type: 'image/png' }), 'second.png')
    expect(await refusal(await post(two))).toEqual(refusedAs('form_invalid'))
    const scope = { owner: 'ada', context: ada }
    expect(await server.attachments.usage(scope)).toEqual({ files: 0, bytes: 0 })
  })

  it('leaves nothing where it is cut behind its file', async () => {
    const url = new URL(server.url)
    const socket = connect(Number(url.port), url.hostname)
    const head = `POST /attachments HTTP/1.1\r\nhost: x\r\nx-user: ada\r\ncontent-length: 9999\r\n`
    const part = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n`
    socket.write(`${head}content-type: multipart/form-data; boundary=b\r\n\r\n${part}hello\r\n--b\r\n`)
    await expect.poll(() => server.filesOnDisk()).toHaveLength(1)
    socket.destroy()
    await expect.poll(() => server.filesOnDisk()).toEqual([])
    const scope = { owner: 'ada', context: ada }
    expect(await server.attachments.usage(scope)).toEqual({ files: 0, bytes: 0 })
  })
})

describe('a download', () => {
  it('never shows what could run', async () => {
    await server.close()
    server = await FileServer.open({ allowedTypes: ['image/svg+xml', 'text/html'] })
    const svg = bytesOf('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    const html = bytesOf('<!doctype html><script>alert(1)</script>')
    for (const [type, bytes] of [
      ['image/svg+xml', svg],
      ['text/html', html],
    ] as const) {
      const { id } = await server.upload('a"; x.svg', type, bytes)
      const response = await fetch(await server.attachments.downloadUrl(id, { owner: 'ada', context: ada }))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-disposition')).toMatch(
        /^attachment; filename\*=UTF-8''a%22%3B%20x\.svg$/,
      )
      expect(response.headers.get('content-security-policy')).toContain('sandbox')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    }
  })
})

describe('sweeping', () => {
  it('removes what nobody sent, and keeps what a message holds', async () => {
    const sent = await server.upload('sent.png', 'image/png', PNG)
    const threadId = await send(sent)
    await server.upload('unsent.png', 'image/png', PNG)
    await server.announce('never.png', 'image/png', 5)
    expect(await server.attachments.sweep(server.chat.store)).toBe(0)
    server.aheadMs = 2 * 86_400_000
    expect(await server.attachments.sweep(server.chat.store)).toBe(2)
    expect(await server.attachments.sweep(server.chat.store)).toBe(0)
    expect(await server.filesOnDisk()).toHaveLength(1)
    const [shown] = await attachmentsOf(threadId)
    expect((await fetch(shown?.type === 'image' ? shown.preview_url : '')).status).toBe(200)
    await server.call('threads.delete', { thread_id: threadId })
    expect(await server.filesOnDisk()).toEqual([])
  })

  it('removes what a process left that died in the middle', async () => {
    const { id } = await server.upload('robot.png', 'image/png', PNG)
    const all = await readdir(server.folder, { recursive: true })
    // As if it had died between the record and the rest.
    const record = all.find((name) => name.endsWith('.json')) ?? ''
    await rm(join(server.folder, record))
    await server.chat.store.deleteAttachment(id, { owner: 'ada', context: ada })
    const scope = { owner: 'ada', context: ada }
    await server.attachments.sweep(server.chat.store)
    expect(await server.filesOnDisk()).toHaveLength(1)
    server.aheadMs = 2 * 86_400_000
    await server.attachments.sweep(server.chat.store)
    expect(await server.filesOnDisk()).toEqual([])
    expect(await server.attachments.usage(scope)).toEqual({ files: 0, bytes: 0 })
  })

  it('erases an owner', async () => {
    await send(await server.upload('sent.png', 'image/png', PNG))
    expect(await server.attachments.deleteOwner('grace')).toBe(0)
    expect(await server.attachments.deleteOwner('ada')).toBe(1)
    expect(await server.filesOnDisk()).toEqual([])
  })
})

describe('the options', () => {
  it('say what is wrong with them', async () => {
    const open = (options: object) => FileServer.open(options)
    await expect(open({ secret: 'short' })).rejects.toThrow('secret: at least 16 characters')
    await expect(open({ publicUrl: 'attachments' })).rejects.toThrow('publicUrl: "attachments"')
    await expect(open({ publicUrl: 'https://x.example/a?b' })).rejects.toThrow('publicUrl')
  })
})

/** In MiB. */
const UPLOAD_SIZE = Number(process.env['UPLOAD_SIZE'] ?? 24)

it('holds little of a large upload in memory', { timeout: 180_000 }, async () => {
  await server.close()
  const size = UPLOAD_SIZE * 1024 * 1024
  server = await FileServer.open({ maxFileBytes: size, allowedTypes: ['text/plain'] })
  const attachment = await server.announce('large.txt', 'text/plain', size)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  /** What is held, garbage not counted. */
  const held = (): number => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, held() - before)
  }, 200)
  const url = attachment.upload_descriptor?.url ?? ''
  const script = fileURLToPath(new URL('upload-large.ts', import.meta.url))
  // In a process of its own, so that only the server's buffers are counted.
  const client = spawn(process.execPath, [script, url, String(size)], { stdio: 'inherit' })
  const [code] = await once(client, 'exit')
  clearInterval(watch)
  expect(code).toBe(0)
  console.log(`${UPLOAD_SIZE} MiB uploaded, at most ${(most / 1_048_576).toFixed(1)} MiB of buffers at once`)
  expect(most).toBeLessThan(size / 2)
})

it('documents every refusal', async () => {
  const docs = await readFile(new URL('../../../../docs/attachments.md', import.meta.url), 'utf8')
  const documented = docs
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  expect(documented).toEqual(
    Object.entries(UPLOAD_REFUSALS).map(([code, { status, meaning }]) => [
      String(status),
      `\`${code}\``,
      meaning,
    ]),
  )
})
