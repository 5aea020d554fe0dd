// A thermometer on coap-node. Told line by line what to do; tells in JSON, a line each, what happened.
//
//     node coap_node.js IMEI LIFETIME

'use strict';

const readline = require('readline');
const CoapNode = require('coap-node');
const SmartObject = require('smartobject');

const tell = (what, details) => process.stdout.write(JSON.stringify({ what, ...details }) + '\n');
const [imei, lifetime] = process.argv.slice(2);

const things = new SmartObject();
things.init('temperature', 0, {
    sensorValue: 21.5,
    units: 'Cel',
    5605: { exec: (done) => { tell('executed'); done(null, 'reset'); } },
});
things.init('lightCtrl', 0, { onOff: false, dimmer: 10 });

const node = new CoapNode('urn:imei:' + imei, things, { lifetime: Number(lifetime) });
node._config.defaultMaxPeriod = 600;
const told = (what) => (error, answer) => tell(what, { error: error && error.message, status: answer && answer.status });

const orders = {
    bootstrap: (port) => node.bootstrap('127.0.0.1', Number(port), told('bootstrap')),
    register: (port) => node.register('127.0.0.1', Number(port), told('register')),
    update: (seconds) => node.update({ lifetime: Number(seconds) }, told('update')),
    measure: (value) => things.write('temperature', 0, 'sensorValue', Number(value), () => tell('measured')),
    light: () => tell('light', things.dumpSync('lightCtrl', 0)),
    deregister: () => node.deregister(told('deregister')),
    quit: () => process.exit(0),
};

for (const event of ['registered', 'bootstrapped', 'deregistered']) {
    node.on(event, () => tell(event));
}
node.on('error', (error) => tell('error', { message: String(error) }));
readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const [order, ...details] = line.split(' ');
    orders[order](...details);
}).on('close', () => process.exit(0));
