import { ChatKitError } from '../errors.ts'
import { toJson } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const transcribe: Route<'input.transcribe'> = async ({ params }, { hooks, scope, signal }) => {
  if (!hooks.implements('transcribe')) {
    throw new ChatKitError('hook_not_implemented', { key: 'no_dictation' })
  }
  const { audio_base64: base64, mime_type: mimeType } = params
  const [mediaType = mimeType] = mimeType.split(';')
  const audio = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const { text } = await hooks.transcribe({ audio, mimeType, mediaType, context: scope.context, signal })
  return { kind: 'json', json: toJson({ text }) }
}
