import { describeSeeds } from './seeds-in.ts';

describeSeeds(251, 375);
