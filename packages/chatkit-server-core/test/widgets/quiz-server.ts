import { readFileSync } from 'node:fs'
import {
  ChatKitServer,
  streamWidget,
  type ActionTurn,
  type Store,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { defineActions, replaceWidget, ui, WidgetTemplate } from '@robolearn/chatkit-server-core/widgets'
import { z } from 'zod'

interface User {
  userId: string
}

const quiz = new WidgetTemplate<{ title: string; choices: { label: string }[] }>(
  readFileSync(new URL('./quiz.widget', import.meta.url), 'utf8'),
)
const choices = [{ label: 'A vector' }, { label: 'A quaternion' }]
// Stays on the server: a payload, and a widget, can be read by whoever uses them.
const RIGHT = 1

const actions = defineActions({
  'quiz.answer': z.object({ choice: z.int().min(0).max(1) }),
  'quiz.again': z.undefined(),
})

const question = () => quiz.build({ title: 'Which of them turns without gimbal lock?', choices })

const verdict = (choice: number) =>
  ui.Card({
    children: [
      ui.Text({ value: choice === RIGHT ? 'Right.' : 'Not quite.' }),
      ui.Button({ label: 'Again', onClickAction: actions.config('quiz.again') }),
    ],
  })

export class QuizServer extends ChatKitServer<User> {
  constructor(store: Store<User>) {
    super({ store, owner: ({ userId }) => userId, actions })
  }

  async *respond(turn: Turn<User>) {
    yield* streamWidget(turn, question())
  }

  override async *action({ action, sender }: ActionTurn<User>) {
    if (!sender) return
    const used = actions.parse(action)
    switch (used.type) {
      case 'quiz.answer':
        yield replaceWidget(sender, verdict(used.payload.choice))
        break
      case 'quiz.again':
        yield replaceWidget(sender, question())
        break
    }
  }
}
