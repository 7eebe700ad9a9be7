//! What takes back, looks at or puts away is no further work, and what is reached under another name is done.

use crate::outcomes::{FILE, Rows, WRITE, WRITTEN};

const OPEN_TO_DELETE: &str = "Desired Access: Read Attributes, Delete, Synchronize, Disposition: Open, Options: Non-Directory File, \
    Attributes: n/a, ShareMode: Read, Write, Delete, AllocationSize: n/a, OpenResult: Opened";
const READ: &str = "Desired Access: Generic Read, Disposition: Open, Options: Synchronous IO Non-Alert, Attributes: n/a, \
    ShareMode: Read, Write, Delete, AllocationSize: n/a, OpenResult: Opened";

#[test]
fn a_precompiled_inf_is_put_away_and_another_file_is_changed() {
    let deletes = |file: &'static str| {
        move |rows: &mut Rows| {
            rows.worker("CreateFile", file, "SUCCESS", OPEN_TO_DELETE);
            rows.worker("SetDispositionInformationFile", file, "SUCCESS", "Delete: True");
        }
    };
    let judged = |file| Rows::new().refused().then(deletes(file)).judged();
    assert_eq!(judged(r"C:\Windows\INF\oem3.PNF"), (true, vec![]));
    assert_eq!(judged(r"C:\Windows\INF\oem3.inf"), (false, vec!["carried-on"]));
}

#[test]
fn the_times_of_the_refused_file_are_no_further_work_and_those_of_another_are() {
    let dates = |file: &'static str| {
        move |rows: &mut Rows| rows.worker("SetBasicInformationFile", file, "SUCCESS", "CreationTime: 0")
    };
    assert_eq!(Rows::new().refused().then(dates(FILE)).judged(), (true, vec![]));
    let other = Rows::new().refused().then(dates(r"C:\Windows\System32\other.dll"));
    assert_eq!(other.judged(), (false, vec!["carried-on"]));
}

#[test]
fn who_was_to_replace_a_file_has_nothing_of_reading_it() {
    let reads = |rows: &mut Rows| rows.worker("CreateFile", FILE, "SUCCESS", READ);
    assert_eq!(Rows::new().refused().then(reads).judged(), (true, vec![]));
    let to_change = "Desired Access: Generic Write, Disposition: Open, Options: Synchronous IO Non-Alert, Attributes: n/a, \
        ShareMode: None, AllocationSize: n/a";
    let changes = Rows::new().then(|rows| rows.worker("CreateFile", FILE, "ACCESS DENIED", to_change));
    assert_eq!(changes.noted().then(reads).judged(), (false, vec!["made-do"]));
}

#[test]
fn a_key_is_made_under_its_other_name() {
    let key = r"HKCR\CLSID\{8bc3f05e-d86b-11d0-a075-00c04fb68820}";
    let made = |path: &'static str| {
        let refused = Rows::new()
            .then(|rows| rows.worker("RegCreateKey", key, "ACCESS DENIED", "Desired Access: All Access"));
        let by_other = |rows: &mut Rows| {
            rows.add(
                "TrustedInstaller.exe",
                500,
                "RegCreateKey",
                path,
                "SUCCESS",
                "Desired Access: All Access",
            );
        };
        refused.noted().then(by_other).judged_at(key, None)
    };
    let same = made(r"HKLM\SOFTWARE\Classes\CLSID\{8bc3f05e-d86b-11d0-a075-00c04fb68820}");
    assert_eq!(same, (false, vec!["made-up-for"]));
    let other = made(r"HKCU\SOFTWARE\Classes\CLSID\{8bc3f05e-d86b-11d0-a075-00c04fb68820}");
    assert_eq!(other, (true, vec![]));
}

#[test]
fn a_file_is_written_under_its_name_in_other_case() {
    let file = r"C:\ProgramData\Vorlagen\Prüfung.xml";
    let written = |path: &'static str| {
        let refused = Rows::new().then(|rows| rows.worker("CreateFile", file, "ACCESS DENIED", WRITE));
        let by_other =
            |rows: &mut Rows| rows.add("TrustedInstaller.exe", 500, "CreateFile", path, "SUCCESS", WRITTEN);
        refused.noted().then(by_other).judged_at(file, None)
    };
    assert_eq!(written(r"C:\ProgramData\Vorlagen\PRÜFUNG.xml"), (false, vec!["made-up-for"]));
    assert_eq!(written(r"C:\ProgramData\Vorlagen\Prufung.xml"), (true, vec![]));
}

#[test]
fn a_hive_is_there_under_another_name() {
    let key = r"HKU\Default_sxs";
    let hive = r"Hive Path: C:\Users\Default\NTUSER.DAT";
    let loaded = |other: &'static str| {
        let mut rows = Rows::new();
        rows.add("svchost.exe", 900, "RegLoadKey", r"HKU\.prof_1", "SUCCESS", other);
        rows.worker("RegLoadKey", key, "ACCESS DENIED", hive);
        let value = r"HKU\.prof_1\Software\Done";
        rows.add(
            "TrustedInstaller.exe",
            500,
            "RegSetValue",
            value,
            "SUCCESS",
            "Type: REG_DWORD, Length: 4, Data: 1",
        );
        rows.noted().judged_at(key, None)
    };
    assert_eq!(loaded(r"Hive Path: C:\Users\Default\NTUSER.DAT"), (false, vec!["found"]));
    assert_eq!(loaded(r"Hive Path: C:\Users\Other\NTUSER.DAT"), (true, vec![]));
}

#[test]
fn a_catalog_is_in_the_store_of_catalogs() {
    let beside = r"C:\Windows\System32\DriverStore\FileRepository\acpi.inf_amd64_1\acpi.cat";
    let opened = |path: &'static str| {
        let mut rows = Rows::new();
        rows.worker("CreateFile", beside, "NAME NOT FOUND", READ);
        rows.worker("CreateFile", path, "SUCCESS", READ);
        rows.noted().judged_at(beside, None)
    };
    let (named, objections) = opened(r"C:\Windows\System32\CatRoot\{F750E6C3}\acpi_b9bf05.cat");
    assert!(!named && objections.contains(&"found"), "{objections:?}");
    let (_, objections) = opened(r"C:\Windows\System32\CatRoot\{F750E6C3}\disk_b9bf05.cat");
    assert!(!objections.contains(&"found"), "{objections:?}");
}

#[test]
fn a_library_that_no_process_may_load_stops_none() {
    let library = r"C:\Program Files\Acme\hook.dll";
    let blocked = |others: u32| {
        let mut rows = Rows::new();
        for pid in 0..others {
            rows.add(
                "agent.exe",
                900 + 10 * pid,
                "CreateFileMapping",
                library,
                "0xC0000428",
                "SyncType: SyncTypeCreateSection",
            );
        }
        rows.worker("CreateFileMapping", library, "0xC0000428", "SyncType: SyncTypeCreateSection");
        rows.noted().judged_at(library, None)
    };
    assert_eq!(blocked(3), (false, vec!["everyone"]));
    assert_eq!(blocked(1), (true, vec![]));
}

#[test]
fn a_command_line_is_tried_as_a_name() {
    let text = r"C:\Windows\System32\'C:\Program Files\Windows Mail\wab.exe' \Uninstall";
    let opened = |path: &'static str| {
        let mut rows = Rows::new();
        rows.worker("CreateFile", text, "NAME INVALID", READ);
        rows.worker("CreateFile", path, "SUCCESS", READ);
        rows.noted().judged_at(text, None)
    };
    assert_eq!(opened(r"C:\Program Files\Windows Mail\wab.exe"), (false, vec!["found"]));
    assert_eq!(opened(r"C:\Program Files\Windows Mail\other.exe"), (true, vec![]));
}

#[test]
fn a_hive_that_stays_loaded_stops_nothing() {
    let judged = |operation: &str| {
        let mut rows = Rows::new();
        rows.worker(operation, r"HKLM\DRIVERS", "ACCESS DENIED", "");
        rows.noted().judged_at(r"HKLM\DRIVERS", None).0
    };
    assert!(!judged("RegUnloadKey"));
    assert!(judged("RegLoadKey"));
}

#[test]
fn who_works_on_between_two_tries_does_not_try_again() {
    let judged = |changes: u32| {
        let mut rows = Rows::new();
        for number in 0..3 {
            rows.worker("CreateFile", FILE, "ACCESS DENIED", WRITE);
            for change in 0..if number < 2 { changes } else { 0 } {
                let value =
                    format!(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\{number}{change}\Done");
                rows.worker("RegSetValue", &value, "SUCCESS", "Type: REG_DWORD, Length: 4, Data: 1");
            }
        }
        rows.noted().judged()
    };
    assert_eq!(judged(0), (true, vec![]));
    assert_eq!(judged(1), (false, vec!["habit"]));
}
