import type { TranscribeInput } from '@robolearn/chatkit-server-core'

/** What is needed of OpenAI's client. */
export interface TranscriptionClient {
  audio: {
    transcriptions: {
      create: (
        body: { file: File; model: string },
        options?: { signal?: AbortSignal },
      ) => PromiseLike<{ text: string }>
    }
  }
}

export interface TranscriptionOptions {
  /** An `OpenAI` client, or anything with its audio API. */
  client: TranscriptionClient
  /** Default `gpt-4o-mini-transcribe`. */
  model?: string
}

/** The API knows what a file is by its ending. */
const ENDINGS: Record<string, string> = { 'audio/webm': 'webm', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' }

/** Dictation as text, by OpenAI's audio API. */
export async function transcribeWith(
  { client, model = 'gpt-4o-mini-transcribe' }: TranscriptionOptions,
  { audio, mediaType, signal }: Pick<TranscribeInput<unknown>, 'audio' | 'mediaType' | 'signal'>,
): Promise<{ text: string }> {
  const ending = ENDINGS[mediaType]
  if (ending === undefined) throw new TypeError(`Dictation of type "${mediaType}" cannot be transcribed.`)
  const file = new File([audio.slice()], `dictation.${ending}`, { type: mediaType })
  const { text } = await client.audio.transcriptions.create({ file, model }, { signal })
  return { text }
}
