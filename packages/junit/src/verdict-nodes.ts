import { findDisagreement } from './declared-counts.js';
import type { FailureDigest } from './failure-digest.js';
import type { Judge } from './judge.js';
import { ignored, isNotRun } from './report-nodes.js';
import { type Attributes, Misplaced, type XmlNode } from './xml-scanner.js';

/** Takes a document and tells a judge of it, case by case. Reads what `createRootNode` reads, and keeps nothing. */
export function createVerdictNode(judge: Judge): XmlNode {
  return {
    child(name, attributes) {
      if (name === 'testsuites') {
        judge.openSuite('the report');
        return createSuiteNode(judge, attributes);
      }
      if (name === 'testsuite') return openSuite(judge, attributes);
      throw new Misplaced(`the root element is <${name}>, not <testsuites> or <testsuite>`);
    },
    end() {},
  };
}

function openSuite(judge: Judge, attributes: Attributes): XmlNode {
  const { name = '' } = attributes;
  judge.openSuite(`suite ${JSON.stringify(name)}`, name);
  return createSuiteNode(judge, attributes);
}

function createSuiteNode(judge: Judge, attributes: Attributes): XmlNode {
  return {
    child(name, inner) {
      switch (name) {
        case 'testcase':
          return createCaseNode(judge, inner);
        case 'testsuite':
        case 'testsuites':
          return openSuite(judge, inner);
        case 'failure':
        case 'error': {
          const digest = judge.createDigest();
          const add = () => judge.addCase({ name: '', digest, isSkipped: false, isFlaky: false });
          return createProblemNode(digest, name, inner, add);
        }
        default:
          return ignored;
      }
    },
    end: () => judge.closeSuite((counts) => findDisagreement(attributes, counts)),
  };
}

function createCaseNode(judge: Judge, attributes: Attributes): XmlNode {
  let digest: FailureDigest | undefined;
  let isSkipped = isNotRun(attributes);
  let isFlaky = attributes['flaky'] === 'true';
  return {
    child(name, inner) {
      switch (name) {
        case 'failure':
        case 'error':
          digest ??= judge.createDigest();
          return createProblemNode(digest, name, inner);
        case 'skipped':
          isSkipped = true;
          return ignored;
        case 'flakyFailure':
        case 'flakyError':
          isFlaky = true;
          return ignored;
        default:
          return ignored.child(name, inner);
      }
    },
    end() {
      const facts = { name: attributes['name'] ?? '', isSkipped, isFlaky };
      judge.addCase(digest === undefined ? facts : { ...facts, digest });
    },
  };
}

function createProblemNode(
  digest: FailureDigest,
  kind: 'failure' | 'error',
  { message, type }: Attributes,
  end: () => void = () => {},
): XmlNode {
  digest.start({ kind, ...(message === undefined ? {} : { message }), ...(type === undefined ? {} : { type }) });
  return { text: digest.text, child: ignored.child, end };
}
