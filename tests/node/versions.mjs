// Prints the peers that are installed; fails when one of them cannot be loaded.
import { readFile } from 'node:fs/promises';
import '@seriousme/openapi-schema-validator';
import 'ajv';
import 'ajv-formats';
import 'axe-core';
import 'jose';
import 'openid-client';

const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url)));
for (const name of Object.keys(dependencies)) {
  const { version } = JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, import.meta.url)));
  console.log(`${name} ${version}`);
}
