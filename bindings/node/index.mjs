// The same classes as `require('doorward')` gives, so that `instanceof` holds across both.
import doorward from './index.cjs'

export const { Decision, Policy, PolicyError, RequestError, digest } = doorward
