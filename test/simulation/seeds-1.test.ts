import { describeSeeds } from './seeds-in.ts';

describeSeeds(1, 125);
