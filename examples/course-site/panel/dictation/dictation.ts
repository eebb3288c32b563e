import type { ChatKitClient } from '@robolearn/chatkit-server-core/client'
import { element } from '../element.ts'
import { icon, iconButton } from '../icon.ts'
import { type Recording, recordAudio, recordingType } from './record-audio.ts'

export interface Dictation {
  /** Goes beside the field that is written into. */
  button: HTMLButtonElement
  /** Says what is going on. */
  status: HTMLElement
  /** Lets the microphone go, for nothing. */
  cancel: () => void
}

export interface DictationOptions {
  client: Pick<ChatKitClient, 'send'>
  onText: (text: string) => void
}

type State = 'idle' | 'starting' | 'recording' | 'transcribing'

const WORDS: Record<State, string> = {
  idle: '',
  starting: '',
  recording: 'Listening… Press the microphone again when you are done.',
  transcribing: 'Writing down what you said…',
}

/** A question can be spoken. `undefined` where the browser cannot record what the server takes. */
export function createDictation({ client, onText }: DictationOptions): Dictation | undefined {
  const mimeType = recordingType()
  if (mimeType === undefined) return undefined
  const control = iconButton('microphone', 'Dictate', () => void press())
  const status = element('p', { class: 'chat-dictation', role: 'status' })
  let state: State = 'idle'
  let recording: Recording | undefined
  let attempt = 0

  function become(next: State, words = WORDS[next]): void {
    state = next
    control.dataset['state'] = next
    control.ariaPressed = String(next === 'recording')
    control.replaceChildren(icon(next === 'recording' ? 'check' : 'microphone'))
    control.setAttribute('aria-disabled', String(next === 'transcribing' || next === 'starting'))
    status.textContent = words
  }

  async function press(): Promise<void> {
    if (state === 'idle') await start()
    else if (state === 'recording') await finish()
  }

  async function start(): Promise<void> {
    become('starting')
    const mine = ++attempt
    const started = await recordAudio(mimeType ?? 'audio/mp4').catch((error: unknown) => {
      become('idle', explain(error))
      return undefined
    })
    if (!started) return
    if (mine !== attempt) return started.cancel()
    recording = started
    become('recording')
  }

  async function finish(): Promise<void> {
    const finished = recording
    recording = undefined
    if (!finished) return
    const mine = attempt
    become('transcribing')
    try {
      const audio_base64 = toBase64(await (await finished.finish()).arrayBuffer())
      const params = { audio_base64, mime_type: finished.mimeType }
      const { text } = await client.send({ type: 'input.transcribe', params })
      if (mine !== attempt) return
      become('idle', text.trim() === '' ? 'Nothing was heard. Try again, closer to the microphone.' : '')
      if (text.trim() !== '') onText(text.trim())
    } catch {
      if (mine === attempt) become('idle', 'What you said could not be written down. Try again, or type it.')
    }
  }

  function cancel(): void {
    attempt += 1
    recording?.cancel()
    recording = undefined
    if (state !== 'idle') become('idle')
  }

  return { button: control, status, cancel }
}

function explain(error: unknown): string {
  const isRefused = error instanceof DOMException && error.name === 'NotAllowedError'
  if (isRefused)
    return 'The microphone is not allowed here. You can allow it in the browser’s settings for this site.'
  return 'There is no microphone that works.'
}

function toBase64(buffer: ArrayBuffer): string {
  let bytes = ''
  // In pieces: an argument list has a limit.
  for (let at = 0; at < buffer.byteLength; at += 0x2000) {
    bytes += String.fromCharCode(...new Uint8Array(buffer, at, Math.min(0x2000, buffer.byteLength - at)))
  }
  return btoa(bytes)
}
