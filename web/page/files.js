// Files as they are chosen or dropped: of each its path, with the folder it lies in, and the file itself.

const chosen = (list) => [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

// The files of what was dropped. The list of items is gone after the event, so all are asked for before the first wait.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  const files = [];
  for (const entry of entries) if (entry) await walk(entry, files);
  return files;
}

async function walk(entry, files) {
  const path = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isFile) {
      files.push({ path, file: await new Promise((take, fail) => entry.file(take, fail)) });
      return;
    }
    const reader = entry.createReader();
    // A reader gives some entries at a time, and none at its end.
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return;
      for (const one of some) await walk(one, files);
    }
  } catch (error) {
    // The worker reads it, and says why it cannot.
    files.push({ path, file: { size: 0, slice: null, error: error.message } });
  }
}
