// The bus of a single node keeps the contract of all buses.
import { createInProcessBus } from '../../../src/engines/bus/in-process.ts';
import { busContract } from '../../contracts/bus.ts';

busContract('in-process', async () => {
  const bus = createInProcessBus('node-1');
  return { buses: [bus], nodeIds: ['node-1'], close: () => bus.close() };
});
