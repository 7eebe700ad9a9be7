//! File system filters that hives and fltmc list, among the drivers.

use diagnosis::{Driver, Rules, diagnose};
use timeline::{Case, StartType, Timeline};

const LIST: &str = "
Filter Name                     Num Instances    Altitude    Frame
------------------------------  -------------  ------------  -----
AcmeFlt                                 5       328011         0
listedonly                              1       40500.5        0
";

const SYSTEM: &str = r#"Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000001

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\AcmeFlt]
"Type"=dword:00000002
"Start"=dword:00000000
"Group"="FSFilter Anti-Virus"
"ImagePath"="system32\\drivers\\acmeguard.sys"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\OffFlt]
"Type"=dword:00000002
"Start"=dword:00000004
"Group"="FSFilter Activity Monitor"
"ImagePath"="\\SystemRoot\\System32\\drivers\\offflt.sys"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\Ntfs]
"Type"=dword:00000002
"Start"=dword:00000003
"Group"="Boot File System"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\AcmeSvc]
"Type"=dword:00000010
"Start"=dword:00000002
"Group"="FSFilter Anti-Virus"
"#;

/// The drivers of a case with these files.
fn drivers(files: &[(&str, &str)]) -> Vec<Driver> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let case = Case::open(&[folder.path().to_owned()]);
    assert_eq!(case.inputs.len(), files.len(), "{:?}", case.unreadable);
    diagnose(&Timeline::new(&case), &Rules::built_in()).drivers
}

fn row(driver: &Driver) -> (&str, Option<&str>, Option<StartType>, bool) {
    (driver.name(), driver.altitude.as_deref(), driver.start, driver.loaded)
}

#[test]
fn a_list_of_fltmc_gives_filters_by_name_and_altitude() {
    let found = drivers(&[("fltmc-filters.txt", LIST)]);
    let rows: Vec<_> = found.iter().map(row).collect();
    let expected =
        [("AcmeFlt.sys", Some("328011"), None, false), ("listedonly.sys", Some("40500.5"), None, false)];
    assert_eq!(rows, expected);
}

#[test]
fn a_hive_gives_filters_by_their_group_and_is_joined_with_the_list() {
    let found = drivers(&[("SYSTEM.reg", SYSTEM)]);
    let rows: Vec<_> = found.iter().map(row).collect();
    // A file system is no filter, and a service of the same group is no driver.
    let expected = [
        ("offflt.sys", None, Some(StartType::Disabled), false),
        ("acmeguard.sys", None, Some(StartType::Boot), false),
    ];
    assert_eq!(rows, expected);
    // In which order the files come does not matter.
    for names in [("a.reg", "b.txt"), ("b.reg", "a.txt")] {
        let found = drivers(&[(names.0, SYSTEM), (names.1, LIST)]);
        let rows: Vec<_> = found.iter().map(row).collect();
        let acme = rows.iter().filter(|row| row.0.to_lowercase().starts_with("acme")).collect::<Vec<_>>();
        assert_eq!(acme, [&("acmeguard.sys", Some("328011"), Some(StartType::Boot), false)], "{names:?}");
        assert_eq!(rows.len(), 3, "{rows:?}");
    }
}
