import { OpenAIProvider, type Model } from '@openai/agents'
import { ConfigError, type Config } from './config.ts'
import { LocalModel } from './local-model/local-model.ts'

const OPENAI_URL = 'https://api.openai.com/v1'

/** OpenAI's model, or one that speaks its API, where a key is set; else the stand-in. */
export async function chooseModel(
  { openai, modelDelayMs }: Pick<Config, 'openai' | 'modelDelayMs'>,
  log: (line: string) => void,
): Promise<Model> {
  if (!openai) {
    log('OPENAI_API_KEY is not set: a small stand-in answers, with sentences of the lessons.')
    return new LocalModel({ delayMs: modelDelayMs })
  }
  const { apiKey, baseUrl, model } = openai
  await checkKey(apiKey, baseUrl ?? OPENAI_URL, log)
  const provider = new OpenAIProvider({
    apiKey,
    // Other servers seldom speak more than Chat Completions.
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl, useResponses: false }),
  })
  return provider.getModel(model)
}

/** A key that is refused is known now and not with a learner's first question. */
async function checkKey(apiKey: string, baseUrl: string, log: (line: string) => void): Promise<void> {
  if (!URL.canParse(baseUrl)) throw new ConfigError('OPENAI_BASE_URL is not a URL.')
  let status: number
  try {
    const headers = { authorization: `Bearer ${apiKey}` }
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
      headers,
      signal: AbortSignal.timeout(5_000),
    })
    status = response.status
    await response.body?.cancel()
  } catch {
    log(`${new URL(baseUrl).host} cannot be reached now: answers will fail until it can.`)
    return
  }
  if (status === 401 || status === 403) {
    throw new ConfigError(`OPENAI_API_KEY was refused by ${new URL(baseUrl).host} (${status}).`)
  }
}
