import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { DiskAttachments } from '@robolearn/chatkit-server-core/disk'
import type { UploadLimits } from '../pages/index.ts'
import type { Config } from './config.ts'
import type { Learner } from './learners.ts'

const MIB = 1024 * 1024

/** What learners may upload, as the pages tell the chat. */
export const UPLOADS: UploadLimits = {
  accept: [
    'image/png',
    'image/jpeg',
    'image/webp',
    'image/gif',
    'application/pdf',
    'text/plain',
    'text/markdown',
  ],
  maxBytes: 10 * MIB,
}

/** Files of the learners, in the data folder. */
export function openAttachments(
  { dataDir, publicUrl = '' }: Pick<Config, 'dataDir' | 'publicUrl'>,
  sessionSecret: Uint8Array,
): DiskAttachments<Learner> {
  return new DiskAttachments<Learner>({
    folder: join(dataDir, 'attachments'),
    publicUrl: `${publicUrl}/attachments`,
    // Made from the same secret and told apart from it: who has one URL's signature has no session.
    secret: createHmac('sha256', sessionSecret).update('attachments').digest('base64url'),
    allowedTypes: UPLOADS.accept,
    maxFileBytes: UPLOADS.maxBytes,
    maxOwnerBytes: 100 * MIB,
    maxOwnerFiles: 500,
  })
}
