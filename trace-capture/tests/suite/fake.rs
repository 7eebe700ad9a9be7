//! A machine in memory. Its registry, disk, ETW and Process Monitor behave as their documentation says, errors
//! included; a fuse cuts its power after a number of changes, also in the middle of writing a key or a file.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Read};

use trace_capture::error::{CaptureError, Result};
use trace_capture::facts::Facts;
use trace_capture::machine::*;
use trace_capture::sessions::{AUTOLOGGER, Session};
use trace_capture::tree::{Data, Tree};

/// What Process Monitor does when told to arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Procmon {
    Works,
    /// As Works, with exit code 1.
    WorksSayingOne,
    /// Nothing, exit code 0: a security product took the driver away.
    SaysZero,
    /// Nothing, exit code 1.
    SaysOne,
    /// A window waits for an answer.
    Hangs,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Folder,
    File(Vec<u8>),
}

/// All that a test compares before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) registry: Tree,
    files: BTreeMap<String, Node>,
    pub(crate) sessions: BTreeMap<String, String>,
    pub(crate) tasks: Vec<String>,
}

pub(crate) struct Fake {
    pub(crate) state: RefCell<State>,
    pub(crate) facts: RefCell<Facts>,
    pub(crate) procmon: Cell<Procmon>,
    /// Win32 code with which StartTrace fails for a session.
    pub(crate) etw_fails: RefCell<Option<(String, u32)>>,
    /// Changes left until the power goes.
    fuse: Cell<Option<usize>>,
    /// Whether deleting keys is refused, as a security product does.
    pub(crate) registry_protected: Cell<bool>,
    /// A file whose disk fails half way.
    pub(crate) bad_file: RefCell<Option<String>>,
    pub(crate) calls: RefCell<Vec<Call>>,
    /// Output files that commands write, by program name.
    pub(crate) outputs: RefCell<BTreeMap<String, Vec<u8>>>,
}

pub(crate) const USER: &str = r"HKU\S-1-5-21-1-2-3-1001";
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

impl Fake {
    pub(crate) fn new() -> Self {
        let fake = Self {
            state: RefCell::default(),
            facts: RefCell::new(Facts {
                administrator: Some(true),
                build: Some(17763),
                free_bytes: Some(1 << 40),
                bootlog_left: Some(false),
                ..Facts::default()
            }),
            procmon: Cell::new(Procmon::Works),
            etw_fails: RefCell::default(),
            fuse: Cell::new(None),
            registry_protected: Cell::new(false),
            bad_file: RefCell::default(),
            calls: RefCell::default(),
            outputs: RefCell::default(),
        };
        for folder in [r"C:\Windows", r"C:\Windows\System32", r"C:\Windows\System32\drivers", r"C:\T"] {
            fake.state.borrow_mut().files.insert(fold(folder), Node::Folder);
        }
        fake.put(r"C:\T\Procmon64.exe", b"MZ");
        fake.put(r"C:\T\bootrace.exe", b"MZ");
        let other = Tree { values: vec![("Start".into(), Data::dword(1))], keys: vec![] };
        fake.write(&format!(r"{AUTOLOGGER}\EventLog-System"), &other).unwrap();
        fake.write(&format!(r"{SERVICES}\Tcpip"), &Tree::default()).unwrap();
        fake.write(&format!(r"{USER}\Software"), &Tree::default()).unwrap();
        fake
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        self.state.borrow_mut().files.insert(fold(path), Node::File(bytes.to_vec()));
    }

    pub(crate) fn put_with_folders(&self, path: &str, bytes: &[u8]) {
        for (at, _) in path.match_indices('\\').skip(1) {
            self.state.borrow_mut().files.insert(fold(&path[..at]), Node::Folder);
        }
        self.put(path, bytes);
    }

    pub(crate) fn file(&self, path: &str) -> Option<Vec<u8>> {
        match self.state.borrow().files.get(&fold(path)) {
            Some(Node::File(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }

    pub(crate) fn files(&self) -> Vec<String> {
        self.state.borrow().files.keys().cloned().collect()
    }

    /// Whether all is as it was, without printing a whole machine where it is not.
    #[track_caller]
    pub(crate) fn assert_is(&self, before: &State) {
        let now = self.state.borrow();
        assert!(now.registry == before.registry, "the registry differs");
        assert_eq!(now.files.keys().collect::<Vec<_>>(), before.files.keys().collect::<Vec<_>>());
        assert!(*now == *before, "a file's contents, a session or a task differs");
    }

    pub(crate) fn cut_power_after(&self, changes: usize) {
        self.fuse.set(Some(changes));
    }

    /// Whether the fuse has blown; then the power comes back.
    pub(crate) fn power_back(&self) -> bool {
        self.fuse.take() == Some(0)
    }

    fn change(&self) -> Result<()> {
        match self.fuse.get() {
            Some(0) => Err(dead()),
            Some(left) => {
                self.fuse.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn alive(&self) -> Result<()> {
        if self.fuse.get() == Some(0) { Err(dead()) } else { Ok(()) }
    }

    /// Restarts: sessions end, AutoLogger sessions start, a driver with Start = 0 logs and goes back to demand start.
    pub(crate) fn restart(&self) {
        self.state.borrow_mut().sessions.clear();
        for name in self.subkeys(AUTOLOGGER).unwrap() {
            let key = format!(r"{AUTOLOGGER}\{name}");
            let tree = self.tree(&key).unwrap().unwrap();
            let (Some(file), Some(1)) =
                (tree.value("FileName").map(Data::as_texts), tree.value("Start").and_then(Data::as_dword))
            else {
                continue;
            };
            let counter = tree.value("FileCounter").and_then(Data::as_dword).unwrap_or(0) + 1;
            let file = format!("{}.{counter:04}", file[0]);
            self.put(&file, b"etl");
            self.state.borrow_mut().sessions.insert(name, file.replace("%SystemRoot%", r"C:\Windows"));
            let values =
                vec![("FileCounter".into(), Data::dword(counter)), ("Status".into(), Data::dword(0))];
            self.write(&key, &Tree { values, keys: vec![] }).unwrap();
        }
        let driver = format!(r"{SERVICES}\PROCMON24");
        if self.tree(&driver).unwrap().and_then(|t| t.value("Start").and_then(Data::as_dword)) == Some(0) {
            let values = vec![("Start".into(), Data::dword(3))];
            self.write(&driver, &Tree { values, keys: vec![] }).unwrap();
            self.put(r"C:\Windows\Procmon.pmb", b"boot log");
        }
    }

    fn run_procmon(&self, call: &Call) -> Result<Outcome> {
        let settings = Tree { values: vec![("EulaAccepted".into(), Data::dword(1))], keys: vec![] };
        if call.args.iter().any(|a| a == "/EnableBootLogging") {
            let leftover = self.file(r"C:\Windows\Procmon.pmb").is_some();
            let does = if leftover { Procmon::Hangs } else { self.procmon.get() };
            self.write(&format!(r"{USER}\Software\Sysinternals\Process Monitor"), &settings)?;
            if matches!(does, Procmon::Works | Procmon::WorksSayingOne) {
                let values = vec![
                    ("SupportedFeatures".into(), Data::dword(3)),
                    ("Start".into(), Data::dword(0)),
                    ("Type".into(), Data::dword(1)),
                ];
                self.write(&format!(r"{SERVICES}\PROCMON24"), &Tree { values, keys: vec![] })?;
                self.change()?;
                self.put(r"C:\Windows\System32\drivers\PROCMON24.SYS", b"driver");
            }
            return Ok(match does {
                Procmon::Works | Procmon::SaysZero => Outcome::Exit(0),
                Procmon::WorksSayingOne | Procmon::SaysOne => Outcome::Exit(1),
                Procmon::Hangs => Outcome::TimedOut,
            });
        }
        let at = call.args.iter().position(|a| a == "/ConvertBootLog").expect("a documented switch");
        Ok(match self.procmon.get() {
            Procmon::Hangs => Outcome::TimedOut,
            Procmon::SaysOne | Procmon::SaysZero => Outcome::Exit(1),
            _ => {
                self.put(&call.args[at + 1], b"PML_");
                Outcome::Exit(0)
            }
        })
    }

    fn run_schtasks(&self, call: &Call) -> Result<Outcome> {
        let mut state = self.state.borrow_mut();
        let name = call.args[2].clone();
        let there = state.tasks.contains(&name);
        match call.args[0].as_str() {
            "/Create" => state.tasks.push(name),
            "/Delete" if there => state.tasks.retain(|t| *t != name),
            "/Query" if there => {}
            _ => return Ok(Outcome::Exit(1)),
        }
        Ok(Outcome::Exit(0))
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("bad sector"))
    }
}

fn dead() -> CaptureError {
    CaptureError::System { what: "go on", why: "power cut".into(), advice: "" }
}

fn fold(path: &str) -> String {
    path.replace("%SystemRoot%", r"C:\Windows").to_ascii_lowercase()
}

fn find<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    key.split('\\')
        .try_fold(tree, |at, part| at.keys.iter().find(|(n, _)| n.eq_ignore_ascii_case(part)).map(|(_, t)| t))
}

fn make<'t>(tree: &'t mut Tree, key: &str) -> &'t mut Tree {
    key.split('\\').fold(tree, |at, part| {
        let index = at.keys.iter().position(|(n, _)| n.eq_ignore_ascii_case(part)).unwrap_or_else(|| {
            // The registry keeps subkeys sorted.
            let index = at.keys.partition_point(|(n, _)| n.to_ascii_lowercase() < part.to_ascii_lowercase());
            at.keys.insert(index, (part.to_owned(), Tree::default()));
            index
        });
        &mut at.keys[index].1
    })
}

impl Registry for Fake {
    fn tree(&self, key: &str) -> Result<Option<Tree>> {
        self.alive()?;
        Ok(find(&self.state.borrow().registry, key).cloned())
    }

    fn write(&self, key: &str, tree: &Tree) -> Result<()> {
        self.change()?;
        make(&mut self.state.borrow_mut().registry, key);
        for (name, below) in &tree.keys {
            self.write(&format!(r"{key}\{name}"), below)?;
        }
        for (name, data) in &tree.values {
            self.change()?;
            let mut state = self.state.borrow_mut();
            let at = make(&mut state.registry, key);
            match at.values.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
                Some(value) => value.1 = data.clone(),
                None => at.values.push((name.clone(), data.clone())),
            }
        }
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<()> {
        if self.registry_protected.get() {
            return Err(CaptureError::Registry {
                what: "delete",
                key: key.into(),
                why: "access denied".into(),
            });
        }
        let (parent, name) = key.rsplit_once('\\').unwrap();
        while let Some(below) = self.subkeys(key)?.first() {
            self.delete(&format!(r"{key}\{below}"))?;
        }
        self.change()?;
        if find(&self.state.borrow().registry, parent).is_some() {
            make(&mut self.state.borrow_mut().registry, parent)
                .keys
                .retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        }
        Ok(())
    }

    fn delete_value(&self, key: &str, name: &str) -> Result<()> {
        self.change()?;
        make(&mut self.state.borrow_mut().registry, key)
            .values
            .retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        Ok(())
    }

    fn subkeys(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.tree(key)?.map_or_else(Vec::new, |t| t.keys.into_iter().map(|(n, _)| n).collect()))
    }

    fn user_key(&self) -> Result<String> {
        Ok(USER.into())
    }
}

impl Disk for Fake {
    fn make_folder(&self, path: &str) -> Result<bool> {
        if self.entry(path)?.is_some() {
            return Ok(false);
        }
        self.change()?;
        self.state.borrow_mut().files.insert(fold(path), Node::Folder);
        Ok(true)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>> {
        let path = fold(path);
        self.alive()?;
        let state = self.state.borrow();
        if !matches!(state.files.get(&path), Some(Node::Folder)) {
            return Ok(None);
        }
        let below = format!(r"{path}\");
        let names = state.files.iter().filter_map(|(p, node)| {
            let name = p.strip_prefix(&below).filter(|n| !n.contains('\\'))?;
            Some(entry_of(name, node))
        });
        Ok(Some(names.collect()))
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        self.alive()?;
        let path = fold(path);
        let name = path.rsplit('\\').next().unwrap();
        Ok(self.state.borrow().files.get(&path).map(|node| entry_of(name, node)))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>> {
        self.alive()?;
        let bytes =
            self.file(path).ok_or_else(|| CaptureError::io("open", path)(io::ErrorKind::NotFound.into()))?;
        if self.bad_file.borrow().as_ref().is_some_and(|bad| fold(bad) == fold(path)) {
            let half = bytes.len() / 2;
            let broken = io::Read::chain(io::Cursor::new(bytes).take(half as u64), Broken);
            return Ok(Box::new(broken));
        }
        Ok(Box::new(io::Cursor::new(bytes)))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let mut now = self.file(path).unwrap_or_default();
        // A power cut leaves half of what was to be written.
        let cut = self.fuse.get() == Some(1);
        now.extend_from_slice(if cut { &bytes[..bytes.len() / 2] } else { bytes });
        self.change()?;
        self.put(path, &now);
        self.alive()
    }

    fn copy(&self, from: &str, to: &str) -> Result<()> {
        let mut bytes = Vec::new();
        self.open(from)?.read_to_end(&mut bytes).unwrap();
        if self.entry(to)?.is_some() {
            return Err(CaptureError::io("create", to)(io::ErrorKind::AlreadyExists.into()));
        }
        self.change()?;
        self.put(to, &bytes);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        if self.entry(to)?.is_some() {
            return Err(CaptureError::io("rename to", to)(io::ErrorKind::AlreadyExists.into()));
        }
        self.change()?;
        let node = self.state.borrow_mut().files.remove(&fold(from));
        let node = node.ok_or_else(|| CaptureError::io("rename", from)(io::ErrorKind::NotFound.into()))?;
        self.state.borrow_mut().files.insert(fold(to), node);
        Ok(())
    }

    fn real(&self, path: &str) -> std::path::PathBuf {
        path.replace("%SystemRoot%", r"C:\Windows").into()
    }

    fn remove(&self, path: &str) -> Result<()> {
        let path = fold(path);
        let below = format!(r"{path}\");
        let all: Vec<String> =
            self.files().into_iter().rev().filter(|p| *p == path || p.starts_with(&below)).collect();
        for one in all {
            self.change()?;
            self.state.borrow_mut().files.remove(&one);
        }
        Ok(())
    }
}

fn entry_of(name: &str, node: &Node) -> Entry {
    let bytes = if let Node::File(bytes) = node { bytes.len() as u64 } else { 0 };
    Entry { name: name.into(), folder: *node == Node::Folder, link: false, bytes, modified: None }
}

impl Programs for Fake {
    fn run(&self, call: &Call) -> Result<Outcome> {
        self.change()?;
        self.calls.borrow_mut().push(call.clone());
        let name = call.program.rsplit('\\').next().unwrap().to_ascii_lowercase();
        match name.as_str() {
            "procmon64.exe" => self.run_procmon(call),
            "schtasks.exe" => self.run_schtasks(call),
            _ => {
                let Some(bytes) = self.outputs.borrow().get(&name).cloned() else {
                    return Ok(Outcome::Exit(2));
                };
                // As reg.exe, wevtutil.exe and the programs that print: a file named among the arguments, or stdout.
                let to =
                    call.output.clone().or_else(|| call.args.iter().find(|a| a.contains(r"\work\")).cloned());
                self.put(&to.expect("somewhere to write to"), &bytes);
                Ok(Outcome::Exit(0))
            }
        }
    }
}

/// ERROR_ALREADY_EXISTS, ERROR_PATH_NOT_FOUND, ERROR_NO_SYSTEM_RESOURCES, as StartTrace documents them.
impl Etw for Fake {
    fn start(&self, session: &Session, file: &str) -> Result<()> {
        self.change()?;
        let fail = |code| Err(CaptureError::Etw { session: session.name.into(), what: "start", code });
        if let Some((name, code)) = &*self.etw_fails.borrow()
            && name == session.name
        {
            return fail(*code);
        }
        if self.state.borrow().sessions.contains_key(session.name) {
            return fail(183);
        }
        if self.state.borrow().sessions.len() >= 64 {
            return fail(1450);
        }
        let folder = file.rsplit_once('\\').unwrap().0;
        if self.entry(folder)?.is_none() {
            return fail(3);
        }
        self.put(file, b"etl");
        let file = file.replace("%SystemRoot%", r"C:\Windows");
        self.state.borrow_mut().sessions.insert(session.name.into(), file);
        Ok(())
    }

    fn stop(&self, name: &str) -> Result<Option<Running>> {
        let running = self.query(name)?;
        if running.is_some() {
            self.change()?;
            self.state.borrow_mut().sessions.remove(name);
        }
        Ok(running)
    }

    fn query(&self, name: &str) -> Result<Option<Running>> {
        self.alive()?;
        Ok(self.state.borrow().sessions.get(name).map(|file| Running {
            file: file.clone(),
            events_lost: 0,
            buffers_lost: 0,
            buffers_written: 1,
        }))
    }
}

impl Services for Fake {
    fn services(&self) -> Result<Vec<Service>> {
        Ok(vec![Service {
            name: "AppXSVC".into(),
            display_name: "AppX Deployment Service".into(),
            start_type: "manual".into(),
            state: "stopped".into(),
            pid: None,
        }])
    }
}

impl Machine for Fake {
    fn facts(&self) -> Result<Facts> {
        Ok(self.facts.borrow().clone())
    }

    fn private_words(&self) -> Result<Vec<String>> {
        Ok(vec!["FABRIKAM-PC7".into(), "karl".into()])
    }

    fn now(&self) -> String {
        "2026-01-02T03:04:05Z".into()
    }
}
