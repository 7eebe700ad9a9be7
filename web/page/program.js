// Starts workers, and asks them.

// The bytes that the letters of an element stand for: two letters are 13 bits, the lowest bits first.
function bytesOf(element) {
  const values = new Uint8Array(128);
  let value = 0;
  for (let code = 33; code < 127; code += 1) if (!'&<>'.includes(String.fromCharCode(code))) values[code] = value++;
  const text = element.textContent;
  const bytes = new Uint8Array(Number(element.dataset.bytes));
  let bits = 0;
  let held = 0;
  for (let at = 0, pair = 0; at < bytes.length; at += 1) {
    if (held < 8) {
      bits |= (values[text.charCodeAt(pair)] + 91 * values[text.charCodeAt(pair + 1)]) << held;
      held += 13;
      pair += 2;
    }
    bytes[at] = bits;
    bits >>= 8;
    held -= 8;
  }
  return bytes;
}

// The program, unpacked and compiled once.
async function compile() {
  const packed = bytesOf(byId('program'));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

const program = compile();
program.catch(() => {});

class Worked {
  // `hear` gets what the worker says between answers.
  constructor(hear) {
    const script = new Blob([byId('worker').textContent], { type: 'text/javascript' });
    const address = URL.createObjectURL(script);
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.waiting = new Map();
    this.next = 0;
    this.mistake = null;
    this.worker.onmessage = ({ data }) => {
      if (data.kind === 'panic') this.mistake = data.message;
      if (data.kind !== 'done' && data.kind !== 'failed') return hear(data);
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.kind === 'done') return waiting.take(data.result);
      return waiting.fail(this.mistake ? { mistake: this.mistake } : data.failure);
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      for (const { fail } of this.waiting.values()) fail({ mistake: event.message });
    };
    this.started = program.then((module) => this.ask('start', { module }));
    this.started.catch(() => {});
  }

  // The answer, or a failure: `{words, files}`, or `{mistake}`.
  async ask(task, values = {}) {
    if (task !== 'start') await this.started;
    const id = this.next++;
    return new Promise((take, fail) => {
      this.waiting.set(id, { take, fail });
      this.worker.postMessage({ task, id, ...values });
    });
  }

  end() {
    this.worker.terminate();
  }
}
