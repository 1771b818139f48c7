// The same types through `import`, as an ECMAScript module sees them.
import { Decision, Policy, PolicyError, RequestError, type NearMiss } from 'doorward'
import * as doorward from 'doorward'

const decision: Decision = Policy.fromToml('doorward = 1').decide({ action: 'Bash' })
const near: readonly NearMiss[] = decision.near
const classes: (typeof PolicyError | typeof RequestError)[] = [PolicyError, RequestError]
void [near, classes]
// @ts-expect-error names only, no default export
doorward.default
