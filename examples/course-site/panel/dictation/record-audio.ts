/** What both browsers record and the protocol takes, best first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'] as const

export interface Recording {
  mimeType: (typeof TYPES)[number]
  /** Ends it and resolves with what was said; the microphone is let go. */
  finish: () => Promise<Blob>
  /** Ends it for nothing. */
  cancel: () => void
}

export function recordingType(): (typeof TYPES)[number] | undefined {
  if (typeof MediaRecorder !== 'function' || !('mediaDevices' in navigator)) return undefined
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type))
}

/** Begins to record. Rejects when the microphone is refused or there is none. */
export async function recordAudio(mimeType: Recording['mimeType']): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream, { mimeType })
  const parts: Blob[] = []
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data))
  recorder.addEventListener('stop', () => resolve())
  recorder.start()

  function cancel(): void {
    if (recorder.state !== 'inactive') recorder.stop()
    for (const track of stream.getTracks()) track.stop()
  }

  async function finish(): Promise<Blob> {
    cancel()
    await stopped
    return new Blob(parts, { type: mimeType })
  }

  return { mimeType, finish, cancel }
}
