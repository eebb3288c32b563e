export { openKnowledgeBase } from './knowledge-base.ts'
export type { KnowledgeBase, KnowledgeBaseOptions, KnowledgeStats } from './knowledge-base.ts'
export { MAX_DOCUMENT_CHARS, MAX_PDF_BYTES } from './documents/document.ts'
export type {
  Document,
  DocumentSource,
  FailedDocument,
  PdfDocument,
  TextDocument,
} from './documents/document.ts'
export { loadFolder } from './documents/load-folder.ts'
export type { LoadFolderOptions } from './documents/load-folder.ts'
export type { Embedder } from './embed/embedder.ts'
export { readableText } from './readable-text.ts'
export { RagError } from './errors.ts'
export type { RagErrorCode } from './errors.ts'
export type { KnowledgeDatabase } from './index/database.ts'
export type { IngestOptions, IngestProgress, IngestReport } from './index/ingest.ts'
export type { FieldCondition, Filter, MetadataSchema } from './search/filter.ts'
export type { PassagePlace, Surroundings } from './search/load-neighbours.ts'
export type { ParseLimits } from './parse/document-parser.ts'
export type { Neighbour, Passage } from './search/passage.ts'
export type { Boost, SearchOptions, SearchTrace } from './search/search-options.ts'
export { createLocalEmbedder } from './embed/local-embedder.ts'
export { createOpenAIEmbedder } from './embed/openai-embedder.ts'
export type { OpenAIEmbedderOptions } from './embed/openai-embedder.ts'
export { createCitations } from './cite/citations.ts'
export type { Citations, CitationsOptions } from './cite/citations.ts'
export type { CitedText } from './cite/cite-text.ts'
export { searchTask } from './cite/search-task.ts'
export type { SearchTaskOptions } from './cite/search-task.ts'
export { defineSearchTool } from './search-tool.ts'
export type { SearchToolDefinition, SearchToolOptions } from './search-tool.ts'
