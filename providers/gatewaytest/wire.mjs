// wire.mjs - preload for node (--import) that takes a gateway's model traffic to a
// loopback server, without a change to the gateway's configuration.
//
// KEYFORM_WIRE=127.0.0.1:PORT  Every TLS connection to a host of the list below
// becomes a plain TCP connection to that address. Every other connection that
// leaves the machine is refused, which also proves that a sandboxed program talks
// to nothing else.
import dns from "node:dns";
import net from "node:net";
import tls from "node:tls";
import { syncBuiltinESMExports } from "node:module";

const HOSTS = new Set(["api.anthropic.com", "console.anthropic.com", "api.openai.com", "openrouter.ai"]);
const [host, port] = process.env.KEYFORM_WIRE.split(":");

const connectTLS = tls.connect;
tls.connect = function connect(...args) {
  const options = typeof args[0] === "object" ? args[0] : { port: args[0], host: args[1] };
  if (!HOSTS.has(options.servername || options.host)) return connectTLS.apply(this, args);
  const socket = net.connect({ host, port: Number(port) });
  socket.encrypted = true;
  socket.authorized = true;
  socket.alpnProtocol = "http/1.1";
  socket.getPeerCertificate = () => ({});
  socket.getSession = () => undefined;
  socket.once("connect", () => socket.emit("secureConnect"));
  const done = args.find((a) => typeof a === "function");
  if (done) socket.once("secureConnect", done);
  return socket;
};

// Newer releases look a host up first and refuse the addresses of private networks, so
// an ordinary address is the answer. Nothing is sent there: it is refused below.
const PUBLIC = "160.79.104.10";
const lookup = dns.lookup;
dns.lookup = function lookupHere(name, options, callback) {
  if (!HOSTS.has(name)) return lookup.call(this, name, options, callback);
  const done = typeof options === "function" ? options : callback;
  process.nextTick(() => (options && options.all ? done(null, [{ address: PUBLIC, family: 4 }]) : done(null, PUBLIC, 4)));
};
const lookupPromise = dns.promises.lookup;
dns.promises.lookup = async function lookupHere(name, options) {
  if (!HOSTS.has(name)) return lookupPromise.call(this, name, options);
  const answer = { address: PUBLIC, family: 4 };
  return options && options.all ? [answer] : answer;
};

const connectTCP = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connect(...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const to = options && typeof options === "object" ? (options.path ? "localhost" : options.host || "localhost")
    : typeof args[1] === "string" ? args[1] : "localhost";
  if (/^(localhost|127\.|::1$|\[::1\]$|0\.0\.0\.0$)/.test(to)) return connectTCP.apply(this, args);
  process.nextTick(() => this.destroy(Object.assign(new Error("keyform wire: refused " + to), { code: "ENETUNREACH" })));
  return this;
};
syncBuiltinESMExports();
