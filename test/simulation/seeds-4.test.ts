import { describeSeeds } from './seeds-in.ts';

describeSeeds(751, 1000);
