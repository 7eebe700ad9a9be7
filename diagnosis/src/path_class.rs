//! Classes of paths: what sort of object an operation was on, without the names of the one object.
//!
//! The same code of servicing meets two objects of a class: two components' keys, two drivers' folders, two files of
//! the component store. The class keeps folders and keys that every machine has, and masks the rest.

use timeline::Kind;

use crate::compare::normalise;

/// Parts of a file's path that a class keeps: `<windows>\system32\driverstore\filerepository`.
const FOLDERS: usize = 4;
/// Parts of a key's path that a class keeps: `hklm\software\microsoft\windows\currentversion\appx`.
const KEYS: usize = 6;
/// Keys below which every key has a name of its own, lower case. The class keeps them and masks what follows.
const CONTAINERS: &[&str] = &[
    r"hklm\system\currentcontrolset\services",
    r"hklm\system\currentcontrolset\enum",
    r"hklm\system\currentcontrolset\control\class",
    r"hklm\components\deriveddata\components",
    r"hklm\components\deriveddata\versionedindex",
    r"hklm\components\canonicaldata\catalogs",
    r"hklm\components\canonicaldata\deployments",
    r"hklm\system\driverdatabase\driverpackages",
    r"hklm\system\driverdatabase\driverinffiles",
    r"hklm\system\driverdatabase\deviceids",
];
/// Folders of that kind.
const FOLDER_CONTAINERS: &[&str] = &[r"<windows>\winsxs\manifests", r"<windows>\winsxs\backup"];
/// The component store. Its folders have the names of components, but for a few that every machine has.
const STORE: [&str; 2] = ["<windows>", "winsxs"];
/// What normalisation leaves of a component's version.
const VERSION: &str = "_<version>_";

/// The class of a path. The class keeps the name of a registry value, which is the last part.
pub(crate) fn path_class(path: &str, kind: Kind) -> String {
    let is_value = matches!(kind, Kind::ValueQuery | Kind::ValueSet | Kind::ValueDelete);
    let normal = normalise::normalise(path, 0).text;
    let is_key = normal.starts_with("hk") || normal.starts_with("<hive>");
    let normal = normal.replace("\\controlset001\\", "\\currentcontrolset\\");
    let container = if is_key { CONTAINERS } else { FOLDER_CONTAINERS };
    let within = |c: &&&str| normal.strip_prefix(**c).is_some_and(|rest| rest.starts_with('\\'));
    let kept = container.iter().filter(within).map(|c| c.split('\\').count()).max();
    let parts: Vec<&str> = normal.split('\\').collect();
    let in_component =
        parts.starts_with(&STORE) && parts.get(STORE.len()).is_some_and(|p| p.contains(VERSION));
    let kept = kept.or(in_component.then_some(STORE.len())).unwrap_or(if is_key { KEYS } else { FOLDERS });
    let last = parts.len().saturating_sub(1);
    let mut class = String::with_capacity(normal.len());
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            class.push('\\');
        }
        let names = number >= kept || number == last && number > 0;
        match part.rsplit_once('.').filter(|_| !is_key) {
            _ if number == last && is_value => class.push_str(part),
            _ if !names => class.push_str(part),
            Some((_, ending)) if number == last && ending.len() <= LONGEST_ENDING => {
                class.push_str("*.");
                class.push_str(ending);
            }
            _ => class.push('*'),
        }
    }
    class
}

/// Endings of file names have at most so many bytes.
const LONGEST_ENDING: usize = 8;

#[cfg(test)]
mod tests {
    use super::path_class;
    use timeline::Kind;

    #[test]
    fn a_class_keeps_the_place_and_masks_the_object() {
        for (path, kind, class) in [
            (
                r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc\cpu.inf",
                Kind::FileOpen,
                r"<windows>\system32\driverstore\filerepository\*\*.inf",
            ),
            (
                r"HKLM\COMPONENTS\DerivedData\Components\amd64_x_1",
                Kind::FileOpen,
                r"hklm\components\deriveddata\components\*",
            ),
            (
                r"HKLM\System\CurrentControlSet\Services\flpydisk",
                Kind::FileOpen,
                r"hklm\system\currentcontrolset\services\*",
            ),
            (
                r"HKLM\SYSTEM\ControlSet001\Services\a\Start",
                Kind::ValueQuery,
                r"hklm\system\currentcontrolset\services\*\start",
            ),
            (
                r"C:\Windows\WinSxS\amd64_a-b_31bf3856ad364e35_10.0.17763.1_none_0123456789abcdef\a.dll",
                Kind::FileOpen,
                r"<windows>\winsxs\*\*.dll",
            ),
            (
                r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.a.dll.0123456789abcdef.0001",
                Kind::FileOpen,
                r"<windows>\winsxs\temp\pendingdeletes\*.<n>",
            ),
            (r"D:\Temp\a.tmp", Kind::FileOpen, r"d:\temp\*"),
        ] {
            assert_eq!(path_class(path, kind), class);
        }
    }
}
