//! Turns NT paths from the driver's form into the one that Process Monitor shows.
//!
//! The log does not say which drive a volume is. The reader learns it from processes whose command line begins with
//! the path of their image, drive first. The volume that smss.exe was started from is the system's. It is C: if
//! nothing tells another.

use std::collections::BTreeMap;

use crate::{
    operation::{EventClass, process as op},
    pmb::{records::Records, texts::image_and_command},
};

const DEVICE: &str = r"\Device\";
const SESSION_MANAGER: &str = r"\Windows\System32\smss.exe";
/// Volumes that are remembered; machines have a handful.
const MAX_VOLUMES: usize = 256;

/// Registry roots by their NT name, the longest first. No record says which control set is current. It is the first,
/// except after a last-known-good start.
const ROOTS: &[(&str, &str)] = &[
    (r"\REGISTRY\MACHINE\SYSTEM\ControlSet001", r"HKLM\System\CurrentControlSet"),
    (r"\REGISTRY\MACHINE\SOFTWARE\Classes", "HKCR"),
    (r"\REGISTRY\MACHINE", "HKLM"),
    (r"\REGISTRY\USER", "HKU"),
];

/// What is known of the volumes of a log.
pub(super) struct Paths {
    /// Drives by the NT name of the volume, in lower case.
    drives: BTreeMap<String, char>,
    /// The drive and folder of `\SystemRoot`.
    system_root: String,
    assumed: bool,
    left: u64,
}

impl Paths {
    pub(super) fn learn(records: &Records<'_>, operations: impl Iterator<Item = u64>) -> Self {
        let mut drives: BTreeMap<String, char> = BTreeMap::new();
        let mut system = None;
        for record in operations.filter_map(|at| records.at(at)) {
            if record.head.class != EventClass::Process as u32
                || !matches!(record.head.operation, op::DEFINED | op::CREATE)
            {
                continue;
            }
            let Some((image, command)) = image_and_command(record.data) else { continue };
            let (image, command) = (image.to_string(), command.to_string());
            let Some((volume, rest)) = volume_of(&image) else { continue };
            if system.is_none() && eq(rest, SESSION_MANAGER) {
                system = Some(volume.to_ascii_lowercase());
            }
            if let Some(drive) = drive_of(&command, rest)
                && drives.len() < MAX_VOLUMES
            {
                drives.entry(volume.to_ascii_lowercase()).or_insert(drive);
            }
        }
        let mut assumed = false;
        let drive = match &system {
            Some(volume) => *drives.entry(volume.clone()).or_insert_with(|| {
                assumed = true;
                'C'
            }),
            None => {
                assumed = true;
                'C'
            }
        };
        Self { drives, system_root: format!(r"{drive}:\Windows"), assumed, left: 0 }
    }

    /// A file's path: `C:\…` if the drive of its volume is known, `\\server\share`, otherwise as it was.
    pub(super) fn file(&mut self, nt: &str) -> String {
        if let Some(rest) = strip(nt, r"\??\") {
            return rest.to_owned();
        }
        if let Some(rest) = strip(nt, r"\SystemRoot").filter(|rest| rest.is_empty() || rest.starts_with('\\'))
        {
            return format!("{}{rest}", self.system_root);
        }
        if let Some(rest) = strip(nt, r"\Device\Mup\") {
            return format!(r"\\{rest}");
        }
        let Some((volume, rest)) = volume_of(nt) else { return nt.to_owned() };
        match self.drives.get(&volume.to_ascii_lowercase()) {
            Some(drive) => format!("{drive}:{rest}"),
            None => {
                self.left += 1;
                nt.to_owned()
            }
        }
    }

    pub(super) fn registry(nt: &str) -> String {
        let under = |(root, name): &(&str, &str)| {
            let rest = strip(nt, root).filter(|rest| rest.is_empty() || rest.starts_with('\\'))?;
            Some(format!("{name}{rest}"))
        };
        ROOTS.iter().find_map(under).unwrap_or_else(|| nt.to_owned())
    }

    pub(super) fn left_in_nt_form(&self) -> u64 {
        self.left
    }

    pub(super) fn drives(self) -> (Vec<(String, char)>, bool) {
        (self.drives.into_iter().collect(), self.assumed)
    }
}

/// `\Device\HarddiskVolume3` and `\Windows\…`.
fn volume_of(nt: &str) -> Option<(&str, &str)> {
    let name = strip(nt, DEVICE)?;
    strip(name, "HarddiskVolume")?;
    let end = name.find('\\').unwrap_or(name.len());
    nt.split_at_checked(DEVICE.len() + end)
}

/// The drive of a command line that begins with a drive and the path `rest` of its image.
fn drive_of(command: &str, rest: &str) -> Option<char> {
    let command = command.trim_start_matches('"');
    let command = strip(command, r"\??\").unwrap_or(command);
    let drive = command.chars().next().filter(char::is_ascii_alphabetic)?;
    let path = command.get(1..)?.strip_prefix(':')?;
    let begins = path.get(..rest.len()).is_some_and(|path| eq(path, rest));
    begins.then(|| drive.to_ascii_uppercase())
}

fn eq(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// `text` without `prefix`. ASCII letters of the prefix compare without case.
fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    eq(head, prefix).then_some(rest)
}
