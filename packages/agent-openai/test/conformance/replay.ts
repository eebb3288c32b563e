import { type InputRecording, replayInput } from './replay-input.ts'
import { replayStream, type StreamRecording } from './replay-stream.ts'

/** Replays a recording of the agent bridge, given as its file's text. Gives the first difference, if there is one. */
export async function replay(text: string): Promise<string | undefined> {
  const recording = JSON.parse(text) as InputRecording | StreamRecording | { kind?: undefined }
  if (recording.kind === 'input') return replayInput(recording)
  if (recording.kind === 'stream') return replayStream(recording)
  throw new Error('it is not a recording (kind: must be "input" or "stream")')
}
