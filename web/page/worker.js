// Runs the program: it reads files in slices, and answers one task after the other. What it is asked and answers are plain
// messages. It hands each slice on to a second worker of the same kind, which computes hashes meanwhile.
'use strict';

// A browser gives a few hundred kilobytes at a time, whatever has room.
const SLICE = 512 << 10;
const HEAD = 64 << 10;
// Slices at most that the second worker has not hashed yet: more would take memory, fewer would make reading wait.
const AHEAD = 128;

self.tell_inputs = (json) => postMessage({ kind: 'inputs', inputs: JSON.parse(json) });
self.tell_read = (input, bytes) => postMessage({ kind: 'analysed', input, bytes });
self.tell_panic = (message) => postMessage({ kind: 'panic', message });

// Pieces of a file that is being written.
let pieces = [];
self.take_piece = (bytes) => pieces.push(bytes.slice());

let work = null;
let program = null;
// Held here while they are in use: a browser lets go of a reader that nothing holds, and who waits for it waits for ever.
let reader = null;
let hasher = null;

// Gives the bytes of a file in slices. What uses one gives a buffer for the next.
async function slices(file, use) {
  reader = readerOf(file.stream());
  let buffer = new ArrayBuffer(SLICE);
  for (let offset = 0; ;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    offset += value.length;
    buffer = await use(value, offset - value.length);
  }
}

// A reader that fills a buffer of ours, or that brings its own where the browser has no other.
function readerOf(stream) {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    return stream.getReader();
  }
}

// The second worker, as the first one sees it: slices go there, and their buffers and the hashes of files come back.
class Hasher {
  constructor(port) {
    this.port = port;
    this.free = [];
    this.away = 0;
    this.hashes = new Map();
    this.heard = () => {};
    port.onmessage = ({ data: { buffer, number, hash } }) => {
      if (buffer) {
        this.free.push(buffer);
        this.away -= 1;
      } else {
        this.hashes.set(number, hash);
      }
      this.heard();
    };
  }

  // Hands a slice on; gives a buffer for the next.
  async push(number, bytes) {
    this.away += 1;
    this.port.postMessage({ number, bytes }, [bytes.buffer]);
    await this.until(() => this.away < AHEAD);
    return this.free.pop() || new ArrayBuffer(SLICE);
  }

  // A file has no more slices, or was not read to its end.
  end(number, whole) {
    this.port.postMessage({ number, whole });
  }

  // The hash of a file, once it is known; nothing where it could not be computed.
  async hash(number) {
    await this.until(() => this.hashes.has(number));
    return this.hashes.get(number);
  }

  async until(holds) {
    while (!holds()) await new Promise((take) => { this.heard = take; });
  }
}

const tasks = {
  start({ module }) {
    program = wasm_bindgen.initSync({ module });
  },

  // Reads the files, those that are needed to their end, and analyses them. What the second worker does not hash, the
  // program hashes.
  async analyse({ files, port }) {
    work = new wasm_bindgen.Work();
    hasher = port && new Hasher(port);
    const hashed = [];
    const needs = [];
    for (const { path, good, file } of files) {
      try {
        if (file.error) throw new Error(file.error);
        const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
        needs.push(work.add(path, good, file.size, head));
      } catch (error) {
        work.add_unreadable(path, good, error.message);
        needs.push('head');
      }
    }
    work.check();
    postMessage({ kind: 'needs', needs });
    for (const [number, { file, good }] of files.entries()) {
      if (needs[number] === 'head') continue;
      const hash = hasher && needs[number] === 'whole' && !good;
      let whole = false;
      work.begin(number);
      try {
        await slices(file, (bytes, offset) => {
          work.push(number, offset, bytes);
          postMessage({ kind: 'read', number, bytes: offset + bytes.length });
          return hash ? hasher.push(number, bytes) : bytes.buffer;
        });
        whole = true;
      } catch (error) {
        work.fail(number, error.message);
      }
      if (!hash) continue;
      hasher.end(number, whole);
      if (whole) hashed.push(number);
    }
    work.analyse();
    postMessage({ kind: 'deciding' });
    for (const number of hashed) {
      const hash = await hasher.hash(number);
      if (hash) work.hash(number, hash);
    }
    return JSON.parse(work.finish());
  },

  save({ ending, lang }) {
    return work.save(ending, lang);
  },

  // Finds events; tells how many, and where one of them stands.
  search({ wanted, goal }) {
    try {
      const count = work.search(JSON.stringify(wanted));
      const place = goal ? work.place(goal.input, goal.number) : null;
      return { count, place: place ?? null };
    } catch (error) {
      if (typeof error !== 'string') throw error;
      return { error };
    }
  },

  rows({ from, count, columns }) {
    return JSON.parse(work.rows(from, count, columns));
  },

  event({ input, number }) {
    return JSON.parse(work.event(input, number));
  },

  csv({ columns }) {
    pieces = [];
    work.csv(columns);
    return pieces.splice(0);
  },

  // Of the second worker: hashes what comes through a port, one file after the other.
  hash({ port }) {
    let hash = null;
    let failed = false;
    const tried = (step) => {
      try {
        return failed ? null : step();
      } catch {
        // A file that lacks a slice has no hash.
        failed = true;
        return null;
      }
    };
    port.onmessage = ({ data: { number, bytes, whole } }) => {
      if (bytes) {
        tried(() => { hash ||= new wasm_bindgen.Hash(); hash.push(bytes); });
        port.postMessage({ buffer: bytes.buffer }, [bytes.buffer]);
        return;
      }
      if (whole) port.postMessage({ number, hash: tried(() => (hash || new wasm_bindgen.Hash()).hex()) });
      hash = null;
      failed = false;
    };
  },
};

// What ended a task: a failure that the program put into words, or a mistake of the program.
function failure(error) {
  if (typeof error === 'string') return JSON.parse(error);
  return { mistake: String(error && error.message || error) };
}

let last = Promise.resolve();
self.onmessage = ({ data }) => {
  last = last.then(async () => {
    try {
      postMessage({ kind: 'done', id: data.id, result: await tasks[data.task](data) });
    } catch (error) {
      postMessage({ kind: 'failed', id: data.id, failure: failure(error) });
    }
  });
};
