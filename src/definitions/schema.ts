import { ENDPOINT_SECTION, OPTIONS_SECTION, SETTINGS_SECTION } from './endpoint-keys.ts'
import { PATTERN_SECTION } from './fields/pattern.ts'
import { schemaOf } from './fields/section.ts'

/** For editors: completion and hints. `finalmile check` says more, as keys may be spelt in many ways. */
export const jsonSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'finalmile recipient',
  anyOf: [
    {
      ...schemaOf(PATTERN_SECTION),
      title: 'Pattern',
      required: ['Pattern'],
    },
    {
      title: 'Endpoint',
      type: 'object',
      properties: {
        ...(schemaOf(ENDPOINT_SECTION)['properties'] as object),
        Settings: { ...schemaOf(SETTINGS_SECTION), description: 'How requests are made and sent' },
        Options: { ...schemaOf(OPTIONS_SECTION), description: 'What the service itself does' },
      },
      required: ['Recipient'],
      not: { required: ['Pattern'] },
    },
  ],
})
