import { describe, expect, it } from 'vitest'
import { renderEnd } from '../../../src/cli/render/end.ts'
import { commandsOf } from '../../../src/cli/render/command-for.ts'
import { createPaint } from '../../../src/cli/streams.ts'
import { emptyReport } from '../../../src/core/report.ts'
import { summaryOf } from '../../../src/core/report/summary.ts'
import { T0 } from '../../core/given.ts'

type Ending = Parameters<typeof renderEnd>[0]
interface Given { readonly mode?: 'live' | 'test'; readonly end?: Partial<Ending['end']>; readonly rest?: Partial<Ending> }

/** The lines below the summary, of a run that met nothing but what is given. */
const endOf = ({ mode = 'live', end = {}, rest = {} }: Given): readonly string[] => {
  const run: Ending['end'] = { interrupted: false, leads: 0, alreadySettled: 0, changed: 0, somebodyElse: [], twice: [], inDoubt: 0, broken: [], waiting: [], ...end }
  const summary = summaryOf(emptyReport(mode), { id: 'r', mode, to: 'acme', startedAt: T0 }, { finishedAt: T0, waiting: 0, alreadySettled: run.alreadySettled, badRows: 0, alerts: [] })
  const text = renderEnd({ summary, end: run, folder: null, cwd: '/', hints: [], troubles: [], bad: 0, now: T0, resumed: false, still: null, total: null, commandFor: commandsOf({ given: [] }), ...rest }, 120, createPaint(0))
  return text.trimEnd().split('\n').slice(text.trimEnd().split('\n').indexOf('  no lead was settled') + 1).filter((each) => each !== '')
}
const trouble = { kind: 'failed', recipient: 'acme', reason: 'no\nphone', count: 2, leadId: 'L 1' } as const
const still = { nextAt: null, paused: [], inOtherMode: true }
const anew = 'hint to rehearse them anew, give the same command with --again'

describe('the end of a run', () => {
  it.each<[string, Given, readonly string[]]>([
    ['nothing: says nothing', {}, []],
    ['a rehearsal that was had before: how to have it anew', { mode: 'test', end: { alreadySettled: 6 } }, [anew]],
    ['of a live run nobody is told how to sell twice', { end: { alreadySettled: 6 } }, []],
    ['nor where nothing was settled before', { mode: 'test' }, []],
    ['nor of a resume, which names no leads', { mode: 'test', end: { alreadySettled: 6 }, rest: { resumed: true } }, []],
    ['a person whose id another had is told as not sent', { end: { somebodyElse: ['7'] } }, ['not sent 1 lead, since another person had its id 7 before: name a column that is different for each lead with --id, or leave the id out of the file']],
    ['several, by the first', { end: { somebodyElse: ['1', '2'] } }, ['not sent 2 leads, since another person had their id 1 and so on before: name a column that is different for each lead with --id, or leave the id out of the file']],
    ['a row of a lead that the file has already, with other data', { end: { twice: ['7'] } }, ['not sent 1 row of a lead that the file has already, with other data (7): the first row of each counts; if they are different leads, name a column that is different for each with --id']],
    ['trouble is on one line, with a lead to look at', { rest: { troubles: [trouble] } }, ["failed 2 leads at acme: no phone (finalmile explain 'L 1')"]],
    ['trouble of nobody names nobody', { rest: { troubles: [{ ...trouble, recipient: null }] } }, ["failed 2 leads: no phone (finalmile explain 'L 1')"]],
    ['a live resume, where rehearsals wait', { rest: { resumed: true, still } }, ['hint rehearsals wait: add --test to go on with those']],
    ['a rehearsed one, where live deliveries wait', { mode: 'test', rest: { resumed: true, still } }, ['hint live deliveries wait: leave --test out to go on with those']],
    ['but not where it had leads of its own', { end: { leads: 1 }, rest: { resumed: true, still } }, []],
    ['nor where one is due', { rest: { resumed: true, still: { ...still, nextAt: T0 } } }, ['waiting the next is due now: finalmile status tells what waits']],
    ['what is paused is told how to open', { rest: { resumed: true, still: { ...still, inOtherMode: false, paused: ['a b'] } } }, ["paused a b: what waits for it goes on after finalmile unpause 'a b'"]],
    ['an interruption says what is left', { end: { interrupted: true, leads: 1, alreadySettled: 2 }, rest: { total: 10 } }, ['interrupted with about 7 leads not taken up yet; the same command goes on where this stopped, and sends nothing twice']],
    ['or nothing of it, where that is not known', { end: { interrupted: true } }, ['interrupted; the same command goes on where this stopped, and sends nothing twice']],
    ['a folder outside of this one is told whole', { rest: { folder: '/out', cwd: '/home/ann' } }, ['ledger.csv, results.csv and summary.json are in /out']],
    ['one inside is told from here', { rest: { folder: '/home/ann/runs/r', cwd: '/home/ann' } }, ['ledger.csv, results.csv and summary.json are in runs/r']],
  ])('%s', (_rule, given, lines) => { expect(endOf(given)).toEqual(lines) })
})
