import { describeSeeds } from './seeds-in.ts';

describeSeeds(501, 750);
