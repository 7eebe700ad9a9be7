// Runs the program: it reads files in slices, and answers one task after the other. What it is asked and answers are plain
// messages; a second worker of the same kind computes hashes meanwhile.
'use strict';

const SLICE = 8 << 20;
const HEAD = 64 << 10;

self.tell_inputs = (json) => postMessage({ kind: 'inputs', inputs: JSON.parse(json) });
self.tell_read = (input, bytes) => postMessage({ kind: 'analysed', input, bytes });
self.tell_panic = (message) => postMessage({ kind: 'panic', message });

// Pieces of a file that is being written.
let pieces = [];
self.take_piece = (bytes) => pieces.push(bytes.slice());

let work = null;
let program = null;

// Gives the bytes of a file in slices; the next slice is on its way while one is used.
async function slices(file, use) {
  const slice = (offset) => {
    const bytes = file.slice(offset, offset + SLICE).arrayBuffer();
    // It is heard where it is waited for; what nobody waits for any more must not be an error of its own.
    bytes.catch(() => {});
    return bytes;
  };
  let next = slice(0);
  for (let offset = 0; offset < file.size; offset += SLICE) {
    const bytes = new Uint8Array(await next);
    next = slice(offset + SLICE);
    use(bytes, offset);
  }
}

const tasks = {
  start({ module }) {
    program = wasm_bindgen.initSync({ module });
  },

  // Reads the files, those that are needed to their end, and analyses them.
  async analyse({ files }) {
    work = new wasm_bindgen.Work();
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
    for (const [number, { file }] of files.entries()) {
      if (needs[number] === 'head') continue;
      work.begin(number);
      try {
        await slices(file, (bytes, offset) => {
          work.push(number, offset, bytes);
          postMessage({ kind: 'read', number, bytes: offset + bytes.length });
        });
      } catch (error) {
        work.fail(number, error.message);
      }
    }
    work.analyse();
    return null;
  },

  // Completes the report with the hashes that were computed meanwhile.
  finish({ hashes }) {
    for (const { number, hash } of hashes) work.hash(number, hash);
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

  // Of the second worker.
  async hash({ files }) {
    const hashes = [];
    for (const { number, file } of files) {
      const hash = new wasm_bindgen.Hash();
      await slices(file, (bytes) => hash.push(bytes));
      hashes.push({ number, hash: hash.hex() });
    }
    return hashes;
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
