export { createAttachmentHandler, type AttachmentHandlerOptions } from './create-attachment-handler.ts'
export { DiskAttachments, type DiskAttachmentsOptions } from './disk-attachments.ts'
export type { KnownAttachments } from './sweep-orphans.ts'
export { UPLOAD_REFUSALS, type UploadRefusalCode } from './upload-refusal.ts'
