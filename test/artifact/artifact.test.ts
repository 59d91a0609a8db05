import { testArtifact } from './suite.ts';

testArtifact();
