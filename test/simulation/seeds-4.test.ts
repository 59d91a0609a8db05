import { describeSeeds } from './seeds-in.ts';

describeSeeds(376, 500);
