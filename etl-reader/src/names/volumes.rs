//! From the names of the kernel to the names people use.

use std::borrow::Cow;

/// Which drive letter a device has. Filled from the file where it was merged, and by whoever knows the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeMap {
    /// Device names with a backslash at the end, and what stands for them; the longest first.
    devices: Vec<(String, String)>,
    system_root: Option<String>,
}

impl VolumeMap {
    /// Notes that `device`, such as `\Device\HarddiskVolume3`, is `drive`, such as `C:`. The first note stands.
    pub fn insert(&mut self, device: &str, drive: &str) {
        let device = format!("{}\\", device.trim_end_matches('\\'));
        if device.len() < 2 || self.devices.iter().any(|known| known.0.eq_ignore_ascii_case(&device)) {
            return;
        }
        self.devices.push((device, drive.trim_end_matches('\\').to_owned()));
        self.devices.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
    }

    /// Notes the folder that `\SystemRoot` stands for.
    pub fn set_system_root(&mut self, folder: &str) {
        self.system_root = Some(folder.trim_end_matches('\\').to_owned());
    }

    /// The devices known, and their drives.
    pub fn devices(&self) -> impl Iterator<Item = (&str, &str)> {
        self.devices.iter().map(|(device, drive)| (device.trim_end_matches('\\'), drive.as_str()))
    }

    /// What is written in the place of the names of the kernel.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        self.devices.iter().map(|(_, drive)| drive.as_str()).chain(self.system_root.as_deref())
    }

    /// A file's path with drive letters and server names; the path as it is where nothing is known of its device.
    pub fn dos_path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        for (device, drive) in &self.devices {
            if let Some(rest) = strip(path, device) {
                return Cow::Owned(join(drive, rest));
            }
            if path.len() + 1 == device.len() && strip(&format!("{path}\\"), device).is_some() {
                return Cow::Owned(drive.clone());
            }
        }
        if let (Some(root), Some(rest)) = (&self.system_root, strip(path, "\\SystemRoot\\")) {
            return Cow::Owned(join(root, rest));
        }
        if let Some(rest) = strip(path, "\\??\\UNC\\").or_else(|| strip(path, "\\Device\\Mup\\")) {
            return Cow::Owned(format!("\\\\{rest}"));
        }
        strip(path, "\\??\\").map_or(Cow::Borrowed(path), Cow::Borrowed)
    }
}

/// A registry key with the short name of its root; the path as it is where it has none.
#[must_use]
pub fn registry_path(path: &str) -> Cow<'_, str> {
    for (prefix, root) in [("\\REGISTRY\\MACHINE", "HKLM"), ("\\REGISTRY\\USER", "HKU")] {
        if let Some(rest) = strip(path, prefix)
            && (rest.is_empty() || rest.starts_with('\\'))
        {
            return Cow::Owned(format!("{root}{rest}"));
        }
    }
    Cow::Borrowed(path)
}

fn strip<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let head = path.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| path.get(prefix.len()..)).flatten()
}

fn join(head: &str, rest: &str) -> String {
    format!("{head}\\{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files() {
        let mut map = VolumeMap::default();
        map.insert("\\Device\\HarddiskVolume1", "D:");
        map.insert("\\Device\\HarddiskVolume12\\", "C:\\");
        map.insert("\\Device\\HarddiskVolume12", "X:");
        map.set_system_root("C:\\Windows\\");
        for (nt, dos) in [
            ("\\Device\\HarddiskVolume12\\Windows\\x.dll", "C:\\Windows\\x.dll"),
            ("\\device\\harddiskvolume1\\y", "D:\\y"),
            ("\\Device\\HarddiskVolume1", "D:"),
            ("\\Device\\HarddiskVolume3\\z", "\\Device\\HarddiskVolume3\\z"),
            ("\\SystemRoot\\system32\\ntoskrnl.exe", "C:\\Windows\\system32\\ntoskrnl.exe"),
            ("\\??\\C:\\a", "C:\\a"),
            ("\\??\\UNC\\server\\share", "\\\\server\\share"),
            ("\\Device\\Mup\\server\\share\\f", "\\\\server\\share\\f"),
            ("日本", "日本"),
            ("", ""),
        ] {
            assert_eq!(map.dos_path(nt), dos);
        }
    }

    #[test]
    fn keys() {
        for (nt, short) in [
            ("\\REGISTRY\\MACHINE\\SYSTEM", "HKLM\\SYSTEM"),
            ("\\Registry\\Machine", "HKLM"),
            ("\\REGISTRY\\USER\\S-1-5-18", "HKU\\S-1-5-18"),
            ("\\REGISTRY\\A\\{1}", "\\REGISTRY\\A\\{1}"),
            ("\\REGISTRY\\MACHINES", "\\REGISTRY\\MACHINES"),
        ] {
            assert_eq!(registry_path(nt), short);
        }
    }
}
