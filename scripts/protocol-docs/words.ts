import type {
  ItemUpdate,
  ThreadItemType,
  ThreadStreamEventType,
} from '../../packages/chatkit-server-core/src/index.ts'
import type { RequestType } from '../../packages/chatkit-server-core/src/protocol/requests.ts'

// What the schemas cannot say. Each table has an entry for everything that the schemas have: the compiler checks it.

export interface Operation {
  about: string
  /** What a plain reply is; none where the reply is a stream of events. */
  reply?: string
}

const A_PAGE =
  '`limit` is cut to 1 … 100 (default 20), `order` is by age (default `desc`), `after` is the `after` of the page before.'

export const OPERATIONS = {
  'threads.create': { about: 'Opens a thread with a first message and answers it.' },
  'threads.add_user_message': { about: 'Adds a message to a thread and answers it.' },
  'threads.add_client_tool_output': {
    about:
      'Completes the newest pending client tool call of the thread with its output, and goes on with the answer.',
  },
  'threads.add_structured_input': {
    about:
      'Answers or skips the form of a `structured_input` item, and goes on with the answer. A question without values counts as skipped, unknown questions are ignored, and of a single choice the first value counts.',
  },
  'threads.retry_after_item': {
    about:
      'Answers a message of the user again. What stands behind it goes when the new answer has begun, and comes back if there is none.',
  },
  'threads.custom_action': {
    about:
      'Runs an action of a widget, or of the page itself where `item_id` is left out, and streams what comes of it.',
  },
  'threads.resume': {
    about:
      'Goes on reading the answer that is being written on the thread, behind the event whose SSE `id` is `after`; from its beginning without one.',
  },
  'threads.stop': {
    about:
      'Stops the answer that is being written, found by its thread, or by the idempotency key of the request that asked for it. Text written so far stays.',
    reply: '`{ "stopped": true }`, or `false` where there was nothing to stop.',
  },
  'threads.get_by_id': {
    about: 'Loads a thread. While an answer is being written, its text so far is one of the items.',
    reply:
      'A [thread](#thread) with its first page of items, oldest first. The header `x-chatkit-run` is where a running answer stands.',
  },
  'threads.list': {
    about: `Lists the threads of who is asking, by the time of their creation. ${A_PAGE}`,
    reply: 'A [page](#page) of [threads](#thread), whose items are left empty.',
  },
  'threads.update': { about: 'Renames a thread.', reply: 'The [thread](#thread).' },
  'threads.delete': {
    about: 'Deletes a thread and everything in it; an answer that is being written is stopped.',
    reply: '`{}`',
  },
  'threads.sync_custom_action': {
    about: 'Runs an action and waits for what becomes of its item.',
    reply: '`{ "updated_item": … }`, an [item](#items); without the key where nothing changes.',
  },
  'items.list': {
    about: `Lists the items of a thread. ${A_PAGE}`,
    reply: 'A [page](#page) of [items](#items).',
  },
  'items.feedback': {
    about: 'Rates items. One rating a person and item: the later one stands.',
    reply: '`{}`',
  },
  'attachments.create': {
    about: 'Announces a file. The reply says where to upload it.',
    reply: 'The [attachment](#attachment).',
  },
  'attachments.delete': { about: 'Deletes an attachment.', reply: '`{}`' },
  'input.transcribe': {
    about:
      'Turns speech into text. `mime_type` is `audio/webm;codecs=opus`, `audio/mp4` or `audio/ogg;codecs=opus`.',
    reply: '`{ "text": … }`',
  },
} satisfies Record<RequestType, Operation>

export const EVENTS = {
  'thread.created': 'The thread was made. The first event of `threads.create`.',
  'thread.updated': 'Title, status or image domains of the thread changed.',
  'thread.item.added': 'An item begins. It is not stored before it is done.',
  'thread.item.updated': 'An item that was added grows: see [updates](#updates).',
  'thread.item.done': 'An item is complete and stored.',
  'thread.item.removed': 'An item was deleted.',
  'thread.item.replaced': 'An item has new content, in its old place.',
  stream_options: 'What the client may offer while this stream lasts.',
  progress_update: 'What the server is doing. Not stored.',
  client_effect: 'Something for the page to do. Not stored.',
  error: 'The answer ends here. `message` was written for the user.',
  notice: 'A notice in Markdown. Not stored.',
} satisfies Record<ThreadStreamEventType, string>

export const UPDATES = {
  'assistant_message.content_part.added': 'A part of a message begins.',
  'assistant_message.content_part.text_delta': 'Text to append to a part.',
  'assistant_message.content_part.annotation_added': 'A citation of a part.',
  'assistant_message.content_part.done': 'A part is complete.',
  'widget.streaming_text.value_delta':
    'Text to append to a component of a widget; `done` when it will not grow further.',
  'widget.component.updated': 'A component has new content.',
  'widget.root.updated': 'The whole widget has new content.',
  'workflow.task.added': 'A task begins.',
  'workflow.task.updated': 'A task has new content.',
  'generated_image.updated': 'A preview; `progress` is 0 … 1.',
} satisfies Record<ItemUpdate['type'], string>

export const ITEMS = {
  user_message: 'What a person sent.',
  assistant_message: 'What the assistant said.',
  client_tool_call: 'Something that the model asks the browser for.',
  widget: 'A widget. `copy_text` goes to the clipboard in its place.',
  generated_image: 'An image; without `image` while it is being made.',
  structured_input: 'A form with questions.',
  workflow: 'What the assistant does, step by step.',
  task: 'A step that stands by itself.',
  end_of_turn: 'The end of an answer.',
  hidden_context_item: 'The application’s note for the model. **Never sent to a client.**',
  sdk_hidden_context: 'The server’s note for the model. **Never sent to a client.**',
} satisfies Record<ThreadItemType, string>

/** Objects that others refer to, in the order of the page. */
export const OBJECTS: Record<string, string> = {
  UserMessageInput: 'What a person sends.',
  ThreadStatus:
    'A locked or closed thread can be read, renamed, deleted, rated, stopped and resumed, and nothing else.',
  UserContent: 'A part of what a person sent.',
  InferenceOptions: 'The model and tool that a person chose.',
  AssistantContent: 'A part of what the assistant said.',
  Annotation: 'A citation. `index` is the place in the text at which it is shown, in UTF-16 code units.',
  Source: 'What is cited.',
  UrlSource: 'A page on the web.',
  Attachment: 'A file. URLs are made when it is sent and expire; `metadata` is private and never sent.',
  GeneratedImage: '',
  WidgetRoot: 'A widget’s root. Further fields, `children` among them, are the widget’s own.',
  WidgetComponent: 'A part of a widget. Further fields are its own.',
  StructuredInput: 'A question of a form.',
  InputAnswer: 'An answer to a question.',
  Workflow: '',
  WorkflowSummary: 'What stands for a closed workflow: words, or how long it took in seconds.',
  Task: 'A step of a workflow.',
}
