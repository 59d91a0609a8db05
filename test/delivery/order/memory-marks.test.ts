import { createMemoryMarks } from '../../../lib/delivery/order/memory-marks.ts';
import { describeMarks } from './marks-contract.ts';

describeMarks('marks in memory', async () => ({ create: createMemoryMarks }));
