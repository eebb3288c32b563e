import { ChatKitError } from '@robolearn/chatkit-server-core'
import { expect, it } from 'vitest'
import { ada, scriptedServer } from './ask.ts'

const dictate = { audio_base64: btoa('sound') }

it.each([
  ['audio/webm;codecs=opus', 'dictation.webm', 'audio/webm'],
  ['audio/mp4', 'dictation.m4a', 'audio/mp4'],
  ['audio/ogg;codecs=opus', 'dictation.ogg', 'audio/ogg'],
])('takes dictation of type %s', async (mime_type, name, type) => {
  const sent: { file: File; model: string }[] = []
  const client = {
    audio: {
      transcriptions: {
        create: async (body: { file: File; model: string }) => {
          sent.push(body)
          return { text: 'What is a node?' }
        },
      },
    },
  }
  const { server } = scriptedServer({ transcription: { client, model: 'whisper-1' } })
  const reply = await server.process({ type: 'input.transcribe', params: { ...dictate, mime_type } }, ada)
  expect(reply).toEqual({ kind: 'json', json: '{"text":"What is a node?"}' })
  expect(sent[0]?.model).toBe('whisper-1')
  expect(sent[0]?.file).toMatchObject({ name, type })
  expect(await sent[0]?.file.text()).toBe('sound')
})

it('takes no dictation where nobody transcribes it', async () => {
  const { server } = scriptedServer()
  const body = { type: 'input.transcribe', params: { ...dictate, mime_type: 'audio/mp4' } }
  const error: unknown = await server.process(body, ada).catch((thrown: unknown) => thrown)
  expect(ChatKitError.isInstance(error) && error.code).toBe('hook_not_implemented')
})
