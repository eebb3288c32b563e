export type {
  Citation,
  Ending,
  ModelAnswer,
  ModelOutput,
  ModelReply,
  ModelUsage,
  Pause,
  Pieces,
  RawAnswer,
  StatusReply,
} from './model-reply.ts'
export { openModelDouble } from './open-model-double.ts'
export type { ModelDouble, ModelDoubleOptions, ModelScript } from './open-model-double.ts'
export type { ReceivedRequest, RequestEnd } from './received-request.ts'
