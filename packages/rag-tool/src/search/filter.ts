/** What the metadata of documents holds, field by field. A field of these may also hold a list of such values. */
export type MetadataSchema = Record<string, 'string' | 'number' | 'boolean'>

interface ValueTypes {
  string: string
  number: number
  boolean: boolean
}

/**
 * What one field must be. A field that holds a list is equal to a value when the list has it. `ne`, `nin` and `not` are
 * exact opposites: they hold for documents that lack the field, too. `gt`, `gte`, `lt` and `lte` compare numbers as
 * numbers and strings by code points (dates as ISO 8601 texts of one form); nothing else is greater or less. All of
 * several must hold.
 */
export interface FieldCondition<T> {
  eq?: T
  ne?: T
  in?: readonly T[]
  nin?: readonly T[]
  gt?: T
  gte?: T
  lt?: T
  lte?: T
  exists?: boolean
}

/**
 * What the metadata of a document must be to be found. A bare value stands for `{ eq: value }`; all fields must hold.
 * Fields with the names `and`, `or` and `not` cannot be filtered by.
 */
export type Filter<TSchema extends MetadataSchema = MetadataSchema> = string extends keyof TSchema
  ? AnyFilter
  : KnownFilter<TSchema>

type KnownFilter<TSchema extends MetadataSchema> = {
  [Field in Exclude<keyof TSchema, 'and' | 'or' | 'not'>]?:
    | ValueTypes[TSchema[Field]]
    | FieldCondition<ValueTypes[TSchema[Field]]>
} & {
  and?: readonly KnownFilter<TSchema>[]
  or?: readonly KnownFilter<TSchema>[]
  not?: KnownFilter<TSchema>
}

interface AnyFilter {
  [field: string]: Value | FieldCondition<Value> | AnyFilter | readonly AnyFilter[] | undefined
  and?: readonly AnyFilter[]
  or?: readonly AnyFilter[]
  not?: AnyFilter
}

type Value = ValueTypes[keyof ValueTypes]
