import type { TranscriptionOptions } from '@robolearn/agent-openai'
import OpenAI from 'openai'
import type { Config } from './config.ts'

/** Dictation by OpenAI, where their key is set. Other servers that speak Chat Completions seldom take audio. */
export function createTranscription({ openai }: Pick<Config, 'openai'>): TranscriptionOptions | undefined {
  if (!openai || openai.baseUrl !== undefined) return undefined
  return { client: new OpenAI({ apiKey: openai.apiKey }) }
}
