import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attachment } from '@robolearn/chatkit-server-core'
import { afterAll, expect, it, vi } from 'vitest'

const folder = await mkdtemp(join(tmpdir(), 'recipe-'))
vi.stubEnv('ATTACHMENT_FOLDER', folder)
vi.stubEnv('ATTACHMENT_SECRET', 'a secret for this test only')
const { app } = await import('../attachments.ts')
afterAll(() => rm(folder, { recursive: true }))

const call = (type: string, params: object): Response | Promise<Response> =>
  app.request('/chatkit', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, params }),
  })

it('takes a file in two steps, and as a form, and answers the message that carries them', async () => {
  const bytes = new TextEncoder().encode('a,b\n1,2\n')
  const announced = await call('attachments.create', { name: 'a.csv', size: 8, mime_type: 'text/csv' })
  const first = (await announced.json()) as Attachment
  const to = first.upload_descriptor
  expect((await app.request(to?.url ?? '', { method: 'PUT', body: bytes })).status).toBe(204)
  const form = new FormData()
  form.append('file', new Blob([bytes], { type: 'text/csv' }), 'b.csv')
  const second = (await (
    await app.request('/attachments', { method: 'POST', body: form })
  ).json()) as Attachment
  const input = {
    content: [{ type: 'input_text', text: 'Two tables.' }],
    attachments: [first.id, second.id],
    inference_options: {},
  }
  expect(await (await call('threads.create', { input })).text()).toContain('2 files came.')
})
