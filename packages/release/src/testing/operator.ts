import { createRepository, type TestRepository } from './repository.js';

/** A small operator that every builder can build: Dockerfile, chart and `seatrial.yaml`; with `more` on top of it. */
export function createOperator(more: Readonly<Record<string, string>> = {}): Promise<TestRepository> {
  return createRepository({
    Dockerfile: 'FROM scratch\nCOPY a.txt /\n',
    'a.txt': 'one\n',
    'seatrial.yaml': 'image: {name: app, context: .}\nchart: {path: chart}\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'chart/values.yaml': 'image: app:dev\n',
    ...more,
  });
}
