//! The registry, this machine's or an offline SYSTEM hive in place of `HKLM\SYSTEM`.

use std::path::Path;

use windows::Win32::Foundation::{ERROR_FILE_NOT_FOUND, WIN32_ERROR};
use windows::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RegLoadKeyW, RegUnLoadKeyW};
use windows::core::{HSTRING, PCWSTR};
use windows_registry::{Key, LOCAL_MACHINE, Type, USERS};

use super::{Windows, security};
use crate::error::{CaptureError, Result};
use crate::machine::Registry;
use crate::messages::{Text, errors};
use crate::tree::{Data, Tree};

/// Where an offline hive is loaded, below `HKLM`.
const MOUNT: &str = "bootrace-offline";
/// What a plan calls the control set in use.
const CURRENT: &str = r"HKLM\SYSTEM\CurrentControlSet";
/// KEY_READ | KEY_WRITE and KEY_WOW64_64KEY: the same view for every build of bootrace.
const READ: u32 = 0x2_0019 | 0x100;
const WRITE: u32 = 0x2_0006 | READ;

/// A loaded hive; it is unloaded when this goes, and by a restart in any case.
#[derive(Debug)]
pub(super) struct Hive {
    control_set: String,
}

impl Hive {
    /// Loads the hive and reads which control set its Windows boots from.
    pub(super) fn load(file: &Path) -> Result<Self> {
        // One that a killed bootrace left loaded may be another Windows's.
        unload();
        let failed = |code: WIN32_ERROR| CaptureError::System {
            what: errors::LOAD_HIVE,
            why: format!("{}: {}", file.display(), windows::core::Error::from(code.to_hresult()).message())
                .into(),
            advice: errors::LOAD_HIVE_ADVICE,
        };
        let (name, path) = (HSTRING::from(MOUNT), HSTRING::from(file));
        // SAFETY: both strings live through the call and end with NUL.
        let code = unsafe { RegLoadKeyW(HKEY_LOCAL_MACHINE, PCWSTR(name.as_ptr()), PCWSTR(path.as_ptr())) };
        if code.is_err() {
            return Err(failed(code));
        }
        // From here on the hive is unloaded where something fails.
        let mut hive = Self { control_set: String::new() };
        let select = LOCAL_MACHINE.open(format!(r"{MOUNT}\Select")).and_then(|k| k.get_u32("Default"));
        let number = select.map_err(|_| failed(ERROR_FILE_NOT_FOUND))?;
        hive.control_set = format!(r"HKLM\{MOUNT}\ControlSet{number:03}");
        Ok(hive)
    }
}

impl Drop for Hive {
    fn drop(&mut self) {
        unload();
    }
}

fn unload() {
    let name = HSTRING::from(MOUNT);
    // SAFETY: the string lives through the call. That nothing is loaded there is no concern.
    let _ = unsafe { RegUnLoadKeyW(HKEY_LOCAL_MACHINE, PCWSTR(name.as_ptr())) };
}

fn missing(error: &windows::core::Error) -> bool {
    error.code() == ERROR_FILE_NOT_FOUND.to_hresult()
}

impl Windows {
    /// The key in this machine's registry that the plan's key stands for. Of an offline Windows only its control set is
    /// loaded: every other key would be one of the Windows that runs.
    fn key(&self, key: &str) -> Result<String> {
        let below = key.strip_prefix(CURRENT).filter(|rest| rest.is_empty() || rest.starts_with('\\'));
        match (&self.offline, below) {
            (Some(hive), Some(rest)) => Ok(format!("{}{rest}", hive.control_set)),
            (Some(_), None) => Err(CaptureError::ForeignPlace { name: key.into() }),
            (None, _) => Ok(key.to_owned()),
        }
    }

    fn open_key(&self, key: &str, access: u32) -> Result<Option<Key>> {
        let path = self.key(key)?;
        let (root, path) = split(&path)?;
        match base(root, key)?.options().access(access).open(path) {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if missing(&error) => Ok(None),
            Err(error) => Err(refused(errors::OPEN, key)(error)),
        }
    }
}

impl Windows {
    /// A key's own values; none where it cannot be read. Keys below it are not looked at.
    pub(super) fn values(&self, key: &str) -> Tree {
        let opened = self.open_key(key, READ).ok().flatten();
        opened
            .and_then(|k| values(&k, key).ok())
            .map(|values| Tree { values, keys: vec![] })
            .unwrap_or_default()
    }
}

fn split(key: &str) -> Result<(&str, &str)> {
    key.split_once('\\').ok_or_else(|| CaptureError::Usage(errors::NO_KEY.with(&[&key])))
}

fn base(root: &str, key: &str) -> Result<&'static Key> {
    match root {
        "HKLM" => Ok(LOCAL_MACHINE),
        "HKU" => Ok(USERS),
        _ => Err(CaptureError::Usage(errors::OTHER_HIVE.with(&[&key]))),
    }
}

fn refused(what: Text, key: &str) -> impl FnOnce(windows::core::Error) -> CaptureError {
    let key = key.to_owned();
    move |error| CaptureError::Registry { what, key, why: error.message().into() }
}

fn values(key: &Key, name: &str) -> Result<Vec<(String, Data)>> {
    let values = key.values().map_err(refused(errors::READ, name))?;
    Ok(values.map(|(value, data)| (value, Data { kind: data.ty().into(), bytes: data.to_vec() })).collect())
}

fn contents(key: &Key, name: &str) -> Result<Tree> {
    let mut tree = Tree { values: values(key, name)?, keys: vec![] };
    for below in key.keys().map_err(refused(errors::READ, name))? {
        let opened = key.options().access(READ).open(&below).map_err(refused(errors::READ, name))?;
        let contents = contents(&opened, name)?;
        tree.keys.push((below, contents));
    }
    Ok(tree)
}

impl Registry for Windows {
    fn tree(&self, key: &str) -> Result<Option<Tree>> {
        self.open_key(key, READ)?.map(|opened| contents(&opened, key)).transpose()
    }

    fn write(&self, key: &str, tree: &Tree) -> Result<()> {
        let real = self.key(key)?;
        let (root, path) = split(&real)?;
        let mut options = base(root, key)?.options();
        let opened = options.access(WRITE).create().open(path).map_err(refused(errors::CREATE, key))?;
        for (name, below) in &tree.keys {
            self.write(&format!(r"{key}\{name}"), below)?;
        }
        for (name, data) in &tree.values {
            opened
                .set_bytes(name, Type::from(data.kind), &data.bytes)
                .map_err(refused(errors::WRITE, key))?;
        }
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<()> {
        let real = self.key(key)?;
        let (root, path) = split(&real)?;
        match base(root, key)?.remove_tree(path) {
            Err(error) if !missing(&error) => Err(refused(errors::DELETE, key)(error)),
            _ => Ok(()),
        }
    }

    fn delete_value(&self, key: &str, name: &str) -> Result<()> {
        let Some(opened) = self.open_key(key, WRITE)? else { return Ok(()) };
        match opened.remove_value(name) {
            Err(error) if !missing(&error) => Err(refused(errors::DELETE_VALUE, key)(error)),
            _ => Ok(()),
        }
    }

    fn subkeys(&self, key: &str) -> Result<Vec<String>> {
        match self.open_key(key, READ)? {
            Some(opened) => Ok(opened.keys().map_err(refused(errors::READ, key))?.collect()),
            None => Ok(vec![]),
        }
    }

    fn user_key(&self) -> Result<String> {
        Ok(format!(r"HKU\{}", security::user_sid()?))
    }
}
