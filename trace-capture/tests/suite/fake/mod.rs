//! A machine in memory. Its registry, disk, ETW and Process Monitor behave as their documentation says, errors
//! included; a fuse cuts its power after a number of changes, also in the middle of writing a key or a file.

mod disk;
pub(crate) mod etw;
mod programs;
mod registry;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use trace_capture::error::{CaptureError, Result};
use trace_capture::facts::Facts;
use trace_capture::machine::*;
use trace_capture::messages::errors;
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::tree::{Data, Tree};

pub(crate) use programs::Procmon;

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Folder,
    File(Vec<u8>),
    Link,
}

/// All that a test compares before and after.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) registry: Tree,
    files: BTreeMap<String, Node>,
    pub(crate) sessions: BTreeMap<String, String>,
}

pub(crate) struct Fake {
    pub(crate) state: RefCell<State>,
    pub(crate) facts: RefCell<Facts>,
    pub(crate) procmon: Cell<Procmon>,
    pub(crate) signer: RefCell<Signer>,
    /// Win32 code with which StartTrace fails for a session.
    pub(crate) etw_fails: RefCell<Option<(String, u32)>>,
    /// GUIDs of providers that cannot be enabled.
    pub(crate) denied: RefCell<Vec<String>>,
    /// Sessions and providers whose state was captured.
    pub(crate) states: RefCell<Vec<String>>,
    /// Changes left until the power goes.
    fuse: Cell<Option<usize>>,
    /// Whether the process dies with the power, instead of being told.
    deadly: Cell<bool>,
    /// Whether deleting keys is refused, as a security product does.
    pub(crate) registry_protected: Cell<bool>,
    /// Whether Process Monitor's driver is loaded, and its file in use.
    pub(crate) driver_loaded: Cell<bool>,
    /// Whether nothing more can be written to the Windows volume.
    pub(crate) full: Cell<bool>,
    /// How large a bundle may grow.
    pub(crate) bundle_room: Rc<Cell<Option<u64>>>,
    /// A file whose disk fails half way.
    pub(crate) bad_file: RefCell<Option<String>>,
    /// Files of which only the name can be had.
    pub(crate) unreadable: RefCell<Vec<String>>,
    pub(crate) calls: RefCell<Vec<Call>>,
    /// Output files that commands write, by program name.
    pub(crate) outputs: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(crate) offline: Cell<bool>,
    /// Starts of Windows.
    boots: RefCell<u32>,
    /// Seconds that were waited, and after how many the update is through.
    pub(crate) waited: Cell<u64>,
    pub(crate) quiet_after: Cell<u64>,
    /// Creation and last write of each file, in seconds.
    times: RefCell<BTreeMap<String, (u64, u64)>>,
    clock: Cell<u64>,
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
                boot: Some(0),
                ..Facts::default()
            }),
            procmon: Cell::new(Procmon::Works),
            signer: RefCell::new(Signer::Valid("Microsoft Corporation".into())),
            etw_fails: RefCell::default(),
            denied: RefCell::default(),
            states: RefCell::default(),
            fuse: Cell::new(None),
            deadly: Cell::new(false),
            registry_protected: Cell::new(false),
            driver_loaded: Cell::new(false),
            full: Cell::new(false),
            bundle_room: Rc::default(),
            bad_file: RefCell::default(),
            unreadable: RefCell::default(),
            calls: RefCell::default(),
            outputs: RefCell::default(),
            offline: Cell::new(false),
            boots: RefCell::new(0),
            waited: Cell::new(0),
            quiet_after: Cell::new(u64::MAX),
            times: RefCell::default(),
            clock: Cell::new(0),
        };
        for folder in [
            r"C:\Windows",
            r"C:\Windows\System32",
            r"C:\Windows\System32\drivers",
            r"C:\Windows\System32\Tasks",
            r"C:\T",
        ] {
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
        self.stamp(path);
    }

    pub(crate) fn put_folder(&self, path: &str) {
        self.state.borrow_mut().files.insert(fold(path), Node::Folder);
    }

    pub(crate) fn put_link(&self, path: &str) {
        self.state.borrow_mut().files.insert(fold(path), Node::Link);
    }

    pub(crate) fn put_with_folders(&self, path: &str, bytes: &[u8]) {
        for (at, _) in path.match_indices('\\').skip(1) {
            self.state.borrow_mut().files.insert(fold(&path[..at]), Node::Folder);
        }
        self.put(path, bytes);
    }

    /// Gives a file the time of its last write.
    fn stamp(&self, path: &str) {
        self.clock.set(self.clock.get() + 1);
        let now = self.clock.get();
        self.times.borrow_mut().entry(fold(path)).or_insert((now, now)).1 = now;
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

    /// Names of the scheduled tasks.
    pub(crate) fn tasks(&self) -> Vec<String> {
        let below = r"c:\windows\system32\tasks\";
        self.files().iter().filter_map(|f| f.strip_prefix(below)).map(str::to_owned).collect()
    }

    /// Whether all is as it was, without printing a whole machine where it is not.
    #[track_caller]
    pub(crate) fn assert_is(&self, before: &State) {
        let now = self.state.borrow();
        assert!(now.registry == before.registry, "the registry differs");
        assert_eq!(now.files.keys().collect::<Vec<_>>(), before.files.keys().collect::<Vec<_>>());
        assert!(*now == *before, "a file's contents or a session differs");
    }

    pub(crate) fn cut_power_after(&self, changes: usize) {
        self.fuse.set(Some(changes));
    }

    /// Whether the fuse has blown; then the power comes back.
    pub(crate) fn power_back(&self) -> bool {
        self.fuse.take() == Some(0)
    }

    /// Runs something that dies where the power goes; whether it did not.
    pub(crate) fn until_death(&self, run: impl FnOnce()) -> bool {
        self.deadly.set(true);
        let lived = catch_unwind(AssertUnwindSafe(run)).is_ok();
        self.deadly.set(false);
        lived
    }

    fn change(&self) -> Result<()> {
        match self.fuse.get() {
            Some(0) => Err(self.dead()),
            Some(left) => {
                self.fuse.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn alive(&self) -> Result<()> {
        if self.fuse.get() == Some(0) { Err(self.dead()) } else { Ok(()) }
    }

    fn dead(&self) -> CaptureError {
        assert!(!self.deadly.get(), "{POWER_CUT}");
        CaptureError::System { what: errors::WRITE, why: POWER_CUT.into(), advice: errors::RESTART_AND_TRY }
    }
}

const POWER_CUT: &str = "power cut";

fn fold(path: &str) -> String {
    path.replace("%SystemRoot%", r"C:\Windows").to_ascii_lowercase()
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
    fn facts(&self) -> Facts {
        self.facts.borrow().clone()
    }

    fn is_offline(&self) -> bool {
        self.offline.get()
    }

    fn wait(&self, seconds: u64) {
        self.waited.set(self.waited.get() + seconds);
        if self.waited.get() >= self.quiet_after.get() {
            let mut facts = self.facts.borrow_mut();
            (facts.pending_xml, facts.setup_execute) = (Some(false), vec![]);
        }
    }

    fn private_words(&self) -> Result<Vec<String>> {
        Ok(["FABRIKAM-PC7", "karl", "王伟", "Müller"].map(String::from).to_vec())
    }

    fn now(&self) -> String {
        "2026-01-02T03:04:05Z".into()
    }
}
