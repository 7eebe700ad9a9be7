// Runs the program: it reads files in slices, and answers one task after the other. What it is asked and answers are plain
// messages. Once the report is made, it hashes the inputs piece by piece, between what it is asked.
'use strict';

// A browser gives a few hundred kilobytes at a time, whatever has room.
const SLICE = 512 << 10;
const HEAD = 64 << 10;
// Bytes that are hashed at once: what is asked meanwhile waits for some ten milliseconds.
const PIECE = 4 << 20;
// How often the page hears how far a file is read: each time costs it a new picture.
const STEPS = 100;

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

// Gives the bytes of a file in slices, which the next one overwrites.
async function slices(file, use) {
  reader = readerOf(file.stream());
  let buffer = new ArrayBuffer(SLICE);
  for (let offset = 0; ;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    use(value, offset);
    offset += value.length;
    buffer = value.buffer;
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

// Hashes the inputs of the report that was made.
async function hash() {
  const turn = new MessageChannel();
  for (let hashes; !hashes;) {
    await new Promise((take) => {
      turn.port1.onmessage = take;
      turn.port2.postMessage(null);
    });
    hashes = work.hash(PIECE);
    if (hashes) postMessage({ kind: 'hashes', hashes });
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
      let told = 0;
      work.begin(number);
      try {
        await slices(file, (bytes, offset) => {
          work.push(number, offset, bytes);
          const read = offset + bytes.length;
          if (read < told + file.size / STEPS && read < file.size) return;
          told = read;
          postMessage({ kind: 'read', number, bytes: read });
        });
      } catch (error) {
        work.fail(number, error.message);
      }
    }
    return JSON.parse(work.analyse());
  },

  // The page of the report. The hashes of the inputs follow, in a message.
  page({ lang }) {
    const page = work.page(lang);
    hash();
    return page;
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
