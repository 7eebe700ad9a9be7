//! ETW as the kernel does it: sessions end with Windows, AutoLogger sessions start with it, files are numbered and the
//! number starts again, and each provider has a status of its own.

use trace_capture::error::{CaptureError, Result};
use trace_capture::machine::{Disk, Etw, NotEnabled, Registry, Running};
use trace_capture::messages::errors;
use trace_capture::sessions::{AUTOLOGGER, FILE_MAX, Provider, Session};
use trace_capture::tree::{Data, Tree};

use super::{Fake, SERVICES};

/// ERROR_ALREADY_EXISTS, ERROR_PATH_NOT_FOUND and ERROR_NO_SYSTEM_RESOURCES, as StartTrace documents them.
const ALREADY_EXISTS: u32 = 183;
const PATH_NOT_FOUND: u32 = 3;
const NO_RESOURCES: u32 = 1450;
/// ERROR_ACCESS_DENIED.
pub(crate) const DENIED: u32 = 5;
/// Sessions that ETW runs at a time.
const SESSIONS: usize = 64;

impl Fake {
    /// Restarts: sessions end, AutoLogger sessions start, a driver with Start = 0 logs and goes back to demand start.
    pub(crate) fn restart(&self) {
        self.state.borrow_mut().sessions.clear();
        self.driver_loaded.set(false);
        *self.boots.borrow_mut() += 1;
        self.facts.borrow_mut().boot = Some(*self.boots.borrow());
        for name in self.subkeys(AUTOLOGGER).unwrap() {
            self.start_autologger(&name);
        }
        let driver = format!(r"{SERVICES}\PROCMON24");
        if self.tree(&driver).unwrap().and_then(|t| t.value("Start").and_then(Data::as_dword)) == Some(0) {
            let values = vec![("Start".into(), Data::dword(3))];
            self.write(&driver, &Tree { values, keys: vec![] }).unwrap();
            self.put(r"C:\Windows\Procmon.pmb", format!("boot log {}", self.boots.borrow()).as_bytes());
        }
    }

    fn start_autologger(&self, name: &str) {
        let key = format!(r"{AUTOLOGGER}\{name}");
        let tree = self.tree(&key).unwrap().unwrap();
        let number = |name: &str| tree.value(name).and_then(Data::as_dword);
        let (Some(file), Some(1)) = (tree.value("FileName").map(Data::as_texts), number("Start")) else {
            return;
        };
        let next = number("FileCounter").unwrap_or(0) + 1;
        let counter = if next > number("FileMax").unwrap_or(1).min(FILE_MAX) { 1 } else { next };
        let file = format!("{}.{counter:03}", file[0]);
        self.put(&file, format!("etl of boot {}", self.boots.borrow()).as_bytes());
        self.state.borrow_mut().sessions.insert(name.into(), file.replace("%SystemRoot%", r"C:\Windows"));
        let values = vec![("FileCounter".into(), Data::dword(counter)), ("Status".into(), Data::dword(0))];
        self.write(&key, &Tree { values, keys: vec![] }).unwrap();
        for (guid, _) in &tree.keys {
            let code = if self.is_denied(guid) { DENIED } else { 0 };
            let values = vec![("Status".into(), Data::dword(code))];
            self.write(&format!(r"{key}\{guid}"), &Tree { values, keys: vec![] }).unwrap();
        }
    }

    fn is_denied(&self, guid: &str) -> bool {
        self.denied.borrow().iter().any(|d| d == guid)
    }
}

impl Etw for Fake {
    fn start(&self, session: &Session, file: &str, _: u32) -> Result<Vec<NotEnabled>> {
        self.change()?;
        let fail =
            |code| Err(CaptureError::Etw { session: session.name.into(), what: errors::START_SESSION, code });
        if let Some((name, code)) = &*self.etw_fails.borrow()
            && name == session.name
        {
            return fail(*code);
        }
        if self.state.borrow().sessions.contains_key(session.name) {
            return fail(ALREADY_EXISTS);
        }
        if self.state.borrow().sessions.len() >= SESSIONS {
            return fail(NO_RESOURCES);
        }
        let folder = file.rsplit_once(['\\', '/']).unwrap().0;
        if self.entry(folder)?.is_none() {
            return fail(PATH_NOT_FOUND);
        }
        self.put(file, format!("etl before boot {}", *self.boots.borrow() + 1).as_bytes());
        let file = file.replace("%SystemRoot%", r"C:\Windows");
        self.state.borrow_mut().sessions.insert(session.name.into(), file);
        let denied = session.providers.iter().filter(|p| self.is_denied(p.guid));
        Ok(denied.map(|p| NotEnabled { provider: p.name.into(), code: DENIED }).collect())
    }

    fn capture_state(&self, name: &str, provider: &Provider) -> Result<()> {
        self.alive()?;
        assert!(self.state.borrow().sessions.contains_key(name), "{name} does not run");
        self.states.borrow_mut().push(format!("{name} {}", provider.name));
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
