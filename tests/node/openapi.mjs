// Reads an OpenAPI document from a file, and prints in lines what the standard's own schema or JSON Schema has against it.
// The schema of OpenAPI 3.1 only says that a schema is an object; what is in it is for JSON Schema 2020-12, here in ajv's
// strict mode, which also refuses what has no effect.
import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const document = JSON.parse(await readFile(process.argv[2], 'utf8'));
const said = await new Validator().validate(structuredClone(document));
for (const error of [said.errors ?? []].flat()) console.log(typeof error === 'string' ? error : `${error.instancePath}: ${error.message}`);

// Every place where OpenAPI 3.1 has a schema: components, and "schema" of parameters, headers and bodies.
const ajv = addFormats.default(new Ajv2020({ strict: true, allErrors: true, validateSchema: true, allowUnionTypes: true }));
ajv.addVocabulary(['components', 'paths', 'info', 'servers', 'security', 'openapi', 'tags']);
ajv.addFormat('int32', true).addFormat('int64', true);
ajv.addSchema(document, 'api');
const places = Object.keys(document.components.schemas).map(name => `/components/schemas/${name}`);
(function walk(node, at) {
  for (const [key, value] of Object.entries(node ?? {})) {
    const here = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (here === '/components/schemas' || typeof value !== 'object') continue;
    if (key === 'schema') places.push(here);
    else walk(value, here);
  }
})(document, '');
for (const place of places) {
  try {
    ajv.compile({ $ref: `api#${encodeURI(place)}` });
  } catch (error) {
    console.log(`${place}: ${error.message}`);
  }
}

// Examples fit what they are examples of.
let examples = 0;
(function walk(node, at) {
  if (node?.schema && 'example' in node) {
    examples++;
    const fits = ajv.compile({ $ref: `api#${encodeURI(at)}/schema` });
    if (!fits(node.example)) console.log(`${at}: ${ajv.errorsText(fits.errors)}`);
  }
  for (const [key, value] of Object.entries(node ?? {})) if (typeof value === 'object') walk(value, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
})(document, '');
console.log(`OpenAPI ${said.valid ? 'valid' : 'not valid'}: ${Object.keys(document.paths).length} paths, ${places.length} schemas, ${examples} examples`);
