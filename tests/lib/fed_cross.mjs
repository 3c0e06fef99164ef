// tests/lib/fed_cross.mjs - the npm package http-message-signatures (RFC 9421) as a third opinion
// on signed requests and answers between nodes: a job as JSON on standard input, what it says on
// standard output. tests/integration/test_fed_profile.py asks.
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { httpbis } = createRequire(new URL("../../node/web/package.json", import.meta.url))(
  "http-message-signatures",
);
const job = JSON.parse(readFileSync(0, "utf8"));
Date.now = () => job.now * 1000; // the package asks nothing else what time it is

const der = (prefix, hex) => Buffer.from(prefix + hex, "hex");
const publicKey = (kid) =>
  createPublicKey({
    key: der("302a300506032b6570032100", job.public[kid]),
    format: "der",
    type: "spki",
  });
const privateKey = (kid) =>
  createPrivateKey({
    key: der("302e020100300506032b657004220420", job.secret[kid]),
    format: "der",
    type: "pkcs8",
  });

async function holds(message, request) {
  const keyLookup = async ({ keyid }) => ({
    id: keyid,
    algs: ["ed25519"],
    verify: async (data, signature) => verify(null, data, publicKey(keyid), signature),
  });
  try {
    return (
      (await httpbis.verifyMessage({ keyLookup, notAfter: job.now }, message, request)) === true
    );
  } catch {
    return false;
  }
}

function signer(kid) {
  return { id: kid, alg: "ed25519", sign: async (data) => sign(null, data, privateKey(kid)) };
}

const when = (second) => new Date(second * 1000);

// The request with each of its components changed in turn.
function changed({ method, url, headers }) {
  const other = new URL(url);
  const at = (edit) => {
    const copy = new URL(other);
    edit(copy);
    return { method, url: copy.toString(), headers };
  };
  const more = (name) => ({ method, url, headers: { ...headers, [name]: headers[name] + "0" } });
  return [
    { method: method === "GET" ? "POST" : "GET", url, headers },
    at((u) => (u.port = "8444")),
    at((u) => (u.pathname += "x")),
    at((u) => (u.search += "x")),
    ...job.fields.slice(4).map(more),
  ];
}

const said = [];
for (const item of job.items) {
  const request = { method: item.method, url: item.url, headers: item.headers };
  const response = { status: 200, headers: item.answer };
  const elsewhere = { ...request, headers: { ...item.headers, signature: "fed=:AAAA:" } };
  const signed = await httpbis.signMessage(
    {
      key: signer("guest-1"),
      name: "fed",
      fields: job.fields,
      params: ["created", "expires", "nonce", "keyid", "alg", "tag"],
      paramValues: {
        created: when(job.now),
        expires: when(job.now + 60),
        nonce: item.nonce,
        tag: job.tag,
      },
    },
    { method: item.method, url: item.url, headers: item.unsigned },
  );
  const { "content-type": type, "content-digest": digest } = item.answer;
  const signedAnswer = await httpbis.signMessage(
    {
      key: signer("host-1"),
      name: "fed",
      fields: job.answer_fields,
      params: ["created", "keyid", "alg", "tag"],
      paramValues: { created: when(job.now), tag: job.answer_tag },
    },
    { status: 200, headers: { "content-type": type, "content-digest": digest } },
    request,
  );
  said.push({
    request: await holds(request),
    changed: await Promise.all(changed(request).map((message) => holds(message))),
    answer: await holds(response, request),
    answer_elsewhere: await holds(response, elsewhere),
    signed: signed.headers,
    signed_answer: signedAnswer.headers,
  });
}
console.log(JSON.stringify(said));
