// Starts workers, and asks them.

// The program, unpacked and compiled once.
async function compile() {
  const packed = Uint8Array.from(atob(byId('program').textContent.trim()), (letter) => letter.charCodeAt(0));
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
