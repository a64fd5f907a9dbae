// The registry as a JavaScript caller sees it: nothing but the .proto files and
// the npm packages @grpc/grpc-js and @grpc/proto-loader.
'use strict';

const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const ROOT = path.resolve(__dirname, '../..');

const definitions = protoLoader.loadSync(
    [
      'creditreg/v1/admin_service.proto',
      'creditreg/v1/intake_service.proto',
      'creditreg/v1/public_lookup_service.proto',
      'creditreg/v1/registry_read_service.proto',
      'creditreg/v1/registry_write_service.proto',
      'google/rpc/error_details.proto',
      'google/rpc/status.proto',
      'health.proto',
    ],
    {
      includeDirs: [
        path.join(ROOT, 'proto'),
        path.join(ROOT, 'third_party/googleapis'),
        __dirname,
      ],
      keepCase: true,
      longs: String,
      enums: String,
      defaults: true,
      oneofs: true,
    });
const {creditreg, grpc: standard} = grpc.loadPackageDefinition(definitions);

// Clients of all services at one address.
function connect(address) {
  const credentials = grpc.credentials.createInsecure();
  const services = {
    read: creditreg.v1.RegistryReadService,
    write: creditreg.v1.RegistryWriteService,
    public: creditreg.v1.PublicLookupService,
    intake: creditreg.v1.IntakeService,
    admin: creditreg.v1.AdminService,
    health: standard.health.v1.Health,
  };
  const clients = {};
  for (const [name, Service] of Object.entries(services)) {
    clients[name] = new Service(address, credentials);
  }
  clients.close = () => {
    for (const name of Object.keys(services)) clients[name].close();
  };
  return clients;
}

function deadline() {
  return {deadline: Date.now() + 60000};
}

// A unary call as a promise.
function call(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, deadline(), (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

// Sends `requests`, closes this side, and brings every answer back.
function stream(client, method, requests) {
  return new Promise((resolve, reject) => {
    const answers = [];
    const call = client[method](deadline());
    call.on('data', (answer) => answers.push(answer));
    call.on('error', reject);
    call.on('end', () => resolve(answers));
    for (const request of requests) call.write(request);
    call.end();
  });
}

// Imports a file: what was started, the verdicts of rows with findings, and
// the receipt.
async function importFile(client, start, bytes, chunkBytes = 64 * 1024) {
  const requests = [{start}];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    requests.push({chunk: bytes.subarray(at, at + chunkBytes)});
  }
  requests.push({end: {total_bytes: bytes.length}});
  requests.push({end: {total_bytes: bytes.length}});
  const answers = await stream(client, 'Import', requests);
  return {
    started: answers.filter((a) => a.part === 'started').map((a) => a.started),
    rows: answers.filter((a) => a.part === 'rows').flatMap((a) => a.rows.rows),
    receipt: answers.at(-1).receipt,
  };
}

// What grpc-status-details-bin holds: {code, message, details: {type: value}}.
function statusDetails(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (bytes === undefined) return null;
  const status = definitions['google.rpc.Status'].deserialize(bytes);
  const details = {};
  for (const any of status.details) {
    // proto-loader opens an Any whose type it knows, else leaves it as it is.
    const url = any['@type'] ?? any.type_url;
    const name = url.slice(url.lastIndexOf('/') + 1);
    details[name] = any['@type'] === undefined ?
        definitions[name].deserialize(any.value) :
        any;
  }
  return {code: status.code, message: status.message, details};
}

// GB 32100 and GB 11714 check characters: a valid unified code from the first
// 8 characters (department, category, division) and the first 8 of the
// organisation code.
function makeUscc(front, organisation) {
  const digits36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const weights8 = [3, 7, 9, 10, 5, 8, 4, 2];
  let sum = 0;
  weights8.forEach((w, i) => sum += w * digits36.indexOf(organisation[i]));
  const check = '0X987654321'[sum % 11];
  const digits31 = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const body = front + organisation + check;
  let total = 0;
  let weight = 1;
  for (const character of body) {
    total += weight * digits31.indexOf(character);
    weight = weight * 3 % 31;
  }
  return body + digits31[(31 - total % 31) % 31];
}

// Names of a message's fields, as the contract has them.
function fieldsOf(message) {
  return definitions[message].type.field.map((field) => field.name);
}

module.exports = {
  ROOT, grpc, connect, fieldsOf, call, stream, importFile, statusDetails,
  makeUscc,
};
