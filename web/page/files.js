// Files as they are chosen or dropped: of each its path, with the folder it lies in, and the file itself.

const chosen = (list) => [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

// The files of what was dropped. The list of items is gone after the event, so all are asked for before the first wait.
// Chromium opens folders of a page from the disk only by handles, which Firefox and Safari do not have for what is dropped.
async function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === 'file').map((item) => {
    const entry = item.webkitGetAsEntry();
    const isFolder = entry?.isDirectory;
    return { entry, file: isFolder ? null : item.getAsFile(), handle: isFolder && item.getAsFileSystemHandle?.() };
  });
  const files = [];
  for (const { entry, file, handle } of items) {
    if (file) files.push({ path: file.name, file });
    else if (handle) await ofHandle(await handle, '', files);
    else if (entry) await ofEntry(entry, files);
  }
  return files;
}

// A file that cannot be had is handed on all the same: the worker reads it, and says why it cannot.
const unreadable = (path, error) => ({ path, file: { size: 0, error: error.message } });

async function ofHandle(handle, folder, files) {
  const path = folder + handle.name;
  try {
    if (handle.kind === 'file') files.push({ path, file: await handle.getFile() });
    else for await (const child of handle.values()) await ofHandle(child, `${path}/`, files);
  } catch (error) {
    files.push(unreadable(path, error));
  }
}

async function ofEntry(entry, files) {
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
      for (const one of some) await ofEntry(one, files);
    }
  } catch (error) {
    files.push(unreadable(path, error));
  }
}
