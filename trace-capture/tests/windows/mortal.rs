//! A machine on which the process dies at a chosen change.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use trace_capture::error::Result;
use trace_capture::facts::Facts;
use trace_capture::machine::*;
use trace_capture::sessions::{Provider, Session};
use trace_capture::tree::Tree;

/// Kills the process at the n-th change to the machine, before it is made. Its disk has room for any trace, since
/// what is free where tests run is no part of them.
pub(crate) struct Mortal<'m>(pub(crate) &'m dyn Machine, pub(crate) AtomicUsize);

impl<'m> Mortal<'m> {
    pub(crate) fn immortal(machine: &'m dyn Machine) -> Self {
        Mortal(machine, AtomicUsize::new(usize::MAX))
    }

    fn change(&self) {
        if self.1.fetch_sub(1, Ordering::SeqCst) == 0 {
            std::process::abort();
        }
    }
}

pub(crate) const KILL: &str = "BOOTRACE_TEST_KILL_AFTER";

impl Registry for Mortal<'_> {
    fn tree(&self, key: &str) -> Result<Option<Tree>> {
        self.0.tree(key)
    }
    fn write(&self, key: &str, tree: &Tree) -> Result<()> {
        self.change();
        // Value by value, so that a key written in part is met too.
        for (name, below) in &tree.keys {
            self.write(&format!(r"{key}\{name}"), below)?;
        }
        for value in tree.values.chunks(4) {
            self.0.write(key, &Tree { values: value.to_vec(), keys: vec![] })?;
        }
        Ok(())
    }
    fn delete(&self, key: &str) -> Result<()> {
        self.change();
        self.0.delete(key)
    }
    fn delete_value(&self, key: &str, name: &str) -> Result<()> {
        self.change();
        self.0.delete_value(key, name)
    }
    fn subkeys(&self, key: &str) -> Result<Vec<String>> {
        self.0.subkeys(key)
    }
    fn user_key(&self) -> Result<String> {
        self.0.user_key()
    }
}

impl Disk for Mortal<'_> {
    fn make_folder(&self, path: &str) -> Result<bool> {
        self.change();
        self.0.make_folder(path)
    }
    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>> {
        self.0.list(path)
    }
    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        self.0.entry(path)
    }
    fn open(&self, path: &str) -> Result<Box<dyn std::io::Read>> {
        self.0.open(path)
    }
    fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.change();
        self.0.append(path, bytes)
    }
    fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.change();
        self.0.copy(from, to)
    }
    fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.change();
        self.0.rename(from, to)
    }
    fn real(&self, path: &str) -> PathBuf {
        self.0.real(path)
    }
    fn remove(&self, path: &str) -> Result<()> {
        self.change();
        self.0.remove(path)
    }
    fn archive(&self, path: &Path, new: bool) -> std::io::Result<Box<dyn Archive>> {
        self.0.archive(path, new)
    }
}

impl Programs for Mortal<'_> {
    fn run(&self, call: &Call) -> Result<Outcome> {
        self.change();
        self.0.run(call)
    }
    fn signer(&self, program: &str) -> Result<Signer> {
        self.0.signer(program)
    }
}

impl Etw for Mortal<'_> {
    fn start(&self, session: &Session, file: &str, max_file_mb: u32) -> Result<Vec<NotEnabled>> {
        self.change();
        self.0.start(session, file, max_file_mb)
    }
    fn capture_state(&self, name: &str, provider: &Provider) -> Result<()> {
        self.0.capture_state(name, provider)
    }
    fn stop(&self, name: &str) -> Result<Option<Running>> {
        self.change();
        self.0.stop(name)
    }
    fn query(&self, name: &str) -> Result<Option<Running>> {
        self.0.query(name)
    }
}

impl Services for Mortal<'_> {
    fn services(&self) -> Result<Vec<Service>> {
        self.0.services()
    }
}

impl Machine for Mortal<'_> {
    /// Its disk has room, and nobody else can write where the tests are.
    fn facts(&self) -> Facts {
        Facts { free_bytes: None, open_folder: None, ..self.0.facts() }
    }
    fn is_offline(&self) -> bool {
        self.0.is_offline()
    }
    fn private_words(&self) -> Result<Vec<String>> {
        self.0.private_words()
    }
}
