import { describe, expect, it } from 'vitest'
import { ArgumentError, parseArguments } from '../parse-arguments.ts'

const parse = (...args: string[]) => parseArguments(args, ['kill', 'cuts'])

describe('the command line of the faults', () => {
  it('takes a fault, how many rounds and a seed', () => {
    expect(parse('kill', '-n', '200', '--seed', '7')).toEqual({
      name: 'kill',
      count: 200,
      seed: 7,
      useDefaults: false,
    })
    expect(parse('cuts', '--defaults')).toMatchObject({ name: 'cuts', count: 20, useDefaults: true })
    expect(parse('--help')).toBe('help')
  })

  it.each([
    [[], 'Which fault?'],
    [['flood'], 'There is no fault "flood".'],
    [['kill', 'cuts'], '"cuts" is one too many'],
    [['kill', '-n', '0'], '-n takes a whole number of at least 1, not "0".'],
    [['kill', '-n', 'many'], '-n takes a whole number'],
    [['kill', '--seed', '-1'], '--seed'],
    [['kill', '--fast'], '--fast'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parse(...args)).toThrow(ArgumentError)
    expect(() => parse(...args)).toThrow(message)
  })
})
