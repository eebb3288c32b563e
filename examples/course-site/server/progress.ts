import { sql, type Generated, type Kysely } from 'kysely'

/** Which lessons each learner has done, in a table of the site's own. */
export interface Progress {
  /** Does nothing where it is marked already. */
  markDone: (learner: string, slug: string) => Promise<void>
  /** The slugs of the lessons. */
  doneBy: (learner: string) => Promise<ReadonlySet<string>>
}

interface LessonDone {
  learner: string
  lesson: string
  done_at: Generated<Date>
}

/** Makes the table where it is missing. */
export async function openProgress(database: Kysely<unknown>): Promise<Progress> {
  await database.transaction().execute(async (trx) => {
    // "if not exists" does not help two servers that start at the same instant.
    await sql`select pg_advisory_xact_lock(hashtext('course_site'))`.execute(trx)
    await sql`create schema if not exists course_site`.execute(trx)
    await sql`create table if not exists course_site.lesson_done (
      learner text not null,
      lesson text not null,
      done_at timestamptz not null default now(),
      primary key (learner, lesson))`.execute(trx)
  })
  const db = database.withTables<{ 'course_site.lesson_done': LessonDone }>()
  return {
    markDone: async (learner, lesson) => {
      await db
        .insertInto('course_site.lesson_done')
        .values({ learner, lesson })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    doneBy: async (learner) => {
      const rows = await db
        .selectFrom('course_site.lesson_done')
        .select('lesson')
        .where('learner', '=', learner)
        .execute()
      return new Set(rows.map(({ lesson }) => lesson))
    },
  }
}
