#!/usr/bin/env node
// Fetches all entries of a Hài lòng terminal, checks them, stores them, and posts the receipt for them.
// Written from docs/protocol.md (Signed statements, Pull, Evolving key) and docs/ledger.md (The hash) alone.
//
//   node pull-client.mjs URL PUBLIC_KEY SERVER_KEY.pem ENTRIES.jsonl [FIRST_KEY]
//
// URL and public key of the terminal: as `hailong sync run --pull` prints them. First key: what this server gave out
// when it enrolled the terminal. Prints one line of JSON; whatever does not fit ends with 1, and without a receipt.
import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { text as consumed } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";

const [SIGNATURE, COSIGNATURE, ZEROS] = [1, 4, Buffer.alloc(32)];
const SPKI = Buffer.from("302a300506032b6570032100", "hex"); // comes before the 32 bytes of an Ed25519 key
const concat = (parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const sha256 = (...parts) => createHash("sha256").update(concat(parts)).digest();
const must = (right, otherwise) => { if (!right) throw new Error(otherwise); };
const uint = (number, bytes) => { // most significant byte first
  must(/^(0|[1-9]\d*)$/.test(number) && BigInt(number) < 1n << BigInt(8 * bytes), `${number} has not ${bytes} bytes`);
  return Buffer.from(BigInt(number).toString(16).padStart(2 * bytes, "0"), "hex");
};

/** A public key with its name, and its hash for a type of signature. */
function named(bytes, role) {
  must(bytes.length === 32, `the key of the ${role} is not an Ed25519 key`);
  const name = `hailong-${role}-${sha256(bytes).toString("hex", 0, 8)}`;
  const key = createPublicKey({ key: concat([SPKI, bytes]), format: "der", type: "spki" });
  return { name, key, hash: (type) => sha256(name, "\n", [type], bytes).subarray(0, 4) };
}

/** What a checkpoint says, when the terminal has signed it. */
function checkpoint(note, terminal) {
  const end = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, end);
  const signed = note.slice(end + 1).split("\n").some((line) => {
    const [dash, name, base64 = ""] = line.split(" ");
    const bytes = Buffer.from(base64, "base64");
    return dash === "—" && name === terminal.name && bytes.subarray(0, 4).equals(terminal.hash(SIGNATURE))
      && verify(null, Buffer.from(text), terminal.key, bytes.subarray(4));
  });
  must(signed, "a checkpoint is not signed by the terminal");
  const parts = /^hailong\/ledger\/([0-9a-f]{32})\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  must(parts, "a checkpoint has another form");
  return { note, text, ledger: parts[1], size: Number(parts[2]), head: Buffer.from(parts[3], "base64") };
}

/** The checkpoint with the cosignature of this server. */
function receipt({ note, text }, server) {
  const time = Math.floor(Date.now() / 1000);
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), server.secret);
  const line = concat([server.hash(COSIGNATURE), uint(time, 8), signature]).toString("base64");
  return `${note}— ${server.name} ${line}\n`;
}

/** The headers that sign a request with the nonce. */
function signed({ address, server, nonce }, method, path, digest) {
  const covered = `("@method" "@target-uri" "content-digest");created=${Math.floor(Date.now() / 1000)}`
    + `;keyid="${server.name}";alg="ed25519";nonce="${nonce}";tag="hailong/1"`;
  const base = `"@method": ${method}\n"@target-uri": ${address}${path}\n"content-digest": ${digest}\n`
    + `"@signature-params": ${covered}`;
  const signature = sign(null, Buffer.from(base), server.secret).toString("base64");
  return { "Signature-Input": `hailong=${covered}`, Signature: `hailong=:${signature}:` };
}

/** One request, on a connection of its own, to the terminal and to nobody else. */
async function send(connection, method, path, body) {
  const { address, terminal, nonce } = connection;
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = tls.connect({ host, port: Number(url.port || 443), rejectUnauthorized: false });
  socket.setTimeout(30_000, () => socket.destroy(new Error("the terminal does not answer")));
  await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  must(socket.getPeerX509Certificate().publicKey.equals(terminal.key), "the certificate has another key");
  const digest = `sha-256=:${sha256(body).toString("base64")}:`;
  const headers = { Host: url.host, "Content-Digest": digest, "Content-Length": Buffer.byteLength(body) };
  if (body) headers["Content-Type"] = "application/json";
  if (nonce) Object.assign(headers, signed(connection, method, path, digest));
  const answer = await new Promise((resolve, reject) => {
    http.request({ createConnection: () => socket, method, path, headers }, resolve).on("error", reject).end(body);
  });
  return { status: answer.statusCode, headers: answer.headers, text: await consumed(answer) };
}

/** Asks until there is an answer. The first 401 brings a nonce, each answer to a signed request the next one. */
async function ask(connection, method, path, body = "") {
  for (let attempt = 1; ; attempt += 1) {
    const again = connection.nonce ? /"code": *"(401.2|429.1|503.1)"/ : /"code": *"(401.1|429.1|503.1)"/;
    const { status, headers, text } = await send(connection, method, path, body);
    connection.nonce = headers["hailong-nonce"] ?? connection.nonce;
    // Numbers of 8 bytes are too large for JavaScript's and become text. (Within a payload each quote follows a \.)
    if (status === 200) return JSON.parse(text.replace(/"(boot_n|boottime_ns)":\s*(\d+)/g, '"$1":"$2"'));
    must(attempt < 4 && again.test(text), `${method} ${path}: ${status} ${text}`);
    await sleep(1000 * (headers["retry-after"] ?? 0));
  }
}

/** Appends an entry to the chain and to the tag; returns it as a line of JSON, with nothing that was not hashed. */
function append(chain, { boot_n: bootN, boottime_ns: boottimeNs, kind, payload: text, payload_base64: base64 }) {
  must([kind, text ?? base64].every((part) => typeof part === "string"), "an entry has another form");
  const payload = Buffer.from(text ?? base64, text == null ? "base64" : "utf8");
  const stored = text == null ? { payload_base64: payload.toString("base64") } : { payload: payload.toString() };
  const [prev, seq] = [chain.head, chain.size + 1];
  chain.size = seq;
  chain.head = sha256("hailong/entry/1\0", prev, Buffer.from(chain.ledger, "hex"), uint(seq, 8), uint(bootN, 8),
    uint(boottimeNs, 8), uint(kind.length, 1), kind, uint(payload.length, 4), payload);
  const check = kind === "enrolled" && JSON.parse(payload).evolve_check; // without it, an enrolment is only repeated
  if (check) Object.assign(chain, { key: check === chain.check ? chain.firstKey : null, tag: ZEROS });
  if (chain.key) {
    chain.tag = createHmac("sha256", chain.key).update(chain.tag).update(chain.head).digest();
    chain.key = sha256("hailong/evolve/1", chain.key);
  }
  chain.ratings += kind === "rating";
  const rest = JSON.stringify({ kind, ...stored, prev: prev.toString("hex"), hash: chain.head.toString("hex") });
  return `{"ledger_id":"${chain.ledger}","seq":${seq},"boot_n":${bootN},"boottime_ns":${boottimeNs},${rest.slice(1)}\n`;
}

async function main([address, publicKey, keyFile, output, first = ""]) {
  must(output, "needed: URL PUBLIC_KEY SERVER_KEY.pem ENTRIES.jsonl [FIRST_KEY]");
  const secret = createPrivateKey(fs.readFileSync(keyFile));
  const own = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(SPKI.length);
  const server = { ...named(own, "central"), secret };
  const terminal = named(Buffer.from(publicKey, "hex"), "device");
  const connection = { address: address.replace(/\/$/, ""), terminal, server };
  const firstKey = Buffer.from(first, "hex");
  const check = sha256("hailong/evolve-check/1", firstKey).toString("hex", 0, 8);
  const chain = { size: 0, head: ZEROS, ratings: 0, firstKey, check };
  const file = fs.openSync(output, "w");
  let [batch, end] = [];
  do { // until a batch is empty: entries may come meanwhile, and only the last one of all has a tag
    const same = chain.ledger ? `&ledger=${chain.ledger}` : "";
    batch = await ask(connection, "GET", `/v1/entries?after=${chain.size}&limit=500${same}`);
    end = checkpoint(batch.checkpoint, terminal);
    chain.ledger ??= end.ledger;
    for (const entry of batch.entries) fs.writeSync(file, append(chain, entry));
    must(end.ledger === chain.ledger && end.size === chain.size && end.head.equals(chain.head),
      `the entries up to ${chain.size} are not those that the terminal has signed`);
    must(!chain.key || !batch.tag || batch.tag === chain.tag.toString("hex"), `the tag of ${chain.size} does not fit`);
  } while (batch.entries.length);
  must(!first || (chain.key && batch.tag), "there is no tag that begins with the first key");
  fs.fsyncSync(file);
  const taken = await ask(connection, "POST", "/v1/receipts", JSON.stringify({ receipt: receipt(end, server) }));
  const checked = ["certificate", "chain", "checkpoints", ...(first ? ["tag"] : [])];
  if (taken.size >= end.size) checked.push("receipt"); // else the terminal has another witness
  console.log(JSON.stringify({ entries: end.size, head: end.head.toString("hex"), ratings: chain.ratings, checked }));
}

main(process.argv.slice(2)).catch((error) => { console.error(`pull-client: ${error.message}`); process.exit(1); });
