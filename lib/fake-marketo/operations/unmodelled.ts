import { type ApiCall, type Operation, operations } from '../operation.ts';
import { type Outcome, raw } from '../outcome.ts';
import { UNMODELLED_PATHS } from './unmodelled-paths.ts';

/** No reply of Marketo's: whoever calls such a path through the fake must see that nothing was tried out. */
function refuse({ method, path }: ApiCall): Outcome {
  // Rule: wire-unmodelled
  return raw(
    501,
    'text/plain',
    `The fake Marketo does not model ${method} ${path}: Marketo has it, the fake cannot say how it answers.\n`,
  );
}

const unmodelledOperations: readonly Operation[] = [
  ...operations(
    'none',
    UNMODELLED_PATHS.GET.map((path) => ['unmodelledRead', 'GET', path, refuse] as const),
  ),
  ...operations(
    'form',
    UNMODELLED_PATHS.POST.map((path) => ['unmodelledWrite', 'POST', path, refuse] as const),
  ),
];

export { unmodelledOperations };
