import { describeSeeds } from './seeds-in.ts';

describeSeeds(126, 250);
