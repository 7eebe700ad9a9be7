//! Hives and registry exports.
use crate::common;

use common::MadeKey;
use servicing_logs::FileTime;
use servicing_logs::hive::{Hive, HiveKind};
use servicing_logs::registry::*;

#[test]
fn windows_10_system_hive() {
    let Some(data) = common::real("SYSTEM-hive-win10-1709") else { return };
    let hive = Hive::open(&data).unwrap();
    assert_eq!((hive.kind(), hive.header().version, hive.header().dirty), (HiveKind::System, (1, 5), true));
    assert_eq!((hive.header().checksum_valid, &*hive.header().file_name), (true, "SYSTEM"));
    let census = hive.census();
    assert_eq!((census.bins, census.bad_blocks, census.missing_bytes), (3_223, 0, 0));
    // Keys and values as another reader counts them.
    assert_eq!((census.key_nodes, census.reachable_keys, census.unreachable_keys), (43_211, 43_211, 0));
    assert_eq!((census.values, census.losses), (90_307, 0));

    let state = system_state(&hive).unwrap();
    assert_eq!((&*state.control_set, state.services.len(), state.damage.len()), ("ControlSet001", 737, 0));
    let start = |name| state.service(name).unwrap().start;
    assert_eq!(
        [start("AppXSvc"), start("AppReadiness"), start("TrustedInstaller"), start("BITS")]
            .map(Option::unwrap),
        [3, 3, 3, 2]
    );
    let appx = state.service("appxsvc").unwrap();
    assert_eq!(appx.kind, Some(32));
    assert_eq!(appx.image_path.as_deref(), Some(r"%systemroot%\system32\svchost.exe -k wsappx -p"));
    assert_eq!(appx.service_dll.as_deref(), Some(r"%SystemRoot%\system32\appxdeploymentserver.dll"));
    assert_eq!(appx.depend_on_service, ["rpcss", "staterepository"]);
    let filter = state.service("WdFilter").unwrap();
    assert_eq!(filter.default_instance.as_deref(), Some("WdFilter Instance"));
    assert_eq!(filter.instances[0].altitude.as_deref(), Some("328010"));
    assert_eq!(state.services.iter().filter(|service| !service.instances.is_empty()).count(), 21);
    assert_eq!(state.setup_execute, Vec::<String>::new());
    assert_eq!(state.boot_execute, ["autocheck autochk *"]);
    assert_eq!(state.computer_name.as_deref(), Some("DESKTOP-2KGM189"));
    assert_eq!(state.pending_renames[0], (r"\??\C:\WINDOWS\System32\drivers\SETEAC4.tmp".to_owned(), None));
    let (source, target) = &state.pending_renames[3];
    assert_eq!(source, r"\??\C:\WINDOWS\system32\spool\DRIVERS\x64\3\New\MXDWDRV.DLL");
    assert_eq!(target.as_deref(), Some(r"\??\C:\WINDOWS\system32\spool\DRIVERS\x64\3\MXDWDRV.DLL"));
}

#[test]
fn damaged_system_hive() {
    let Some(data) = common::real("SYSTEM-hive-corrupted") else { return };
    let hive = Hive::open(&data).unwrap();
    assert_eq!((hive.kind(), hive.header().dirty), (HiveKind::System, false));
    let census = hive.census();
    assert_eq!((census.bins, census.bad_blocks), (233, 583));
    assert_eq!((census.key_nodes, census.reachable_keys, census.unreachable_keys), (2_021, 1_687, 334));
    assert_eq!((census.values, census.losses), (5_616, 176));
    assert_eq!((census.lost.len(), census.unreachable.len()), (64, 64));
    assert_eq!(
        census.lost[1],
        ("ControlSet003".to_owned(), "subkey list at offset 0x2de190 is a free cell of 0 bytes".to_owned())
    );
    let state = system_state(&hive).unwrap();
    assert_eq!(state.control_set, "ControlSet001");
    assert_eq!((state.services.len(), state.damage.len()), (198, 69));
    assert!(state.damage.iter().any(|(path, _)| path == "Services"));
}

fn system() -> MadeKey {
    let services = MadeKey::new("Services")
        .key(MadeKey::new("TrustedInstaller").dword("Start", 2).dword("Type", 16).text(
            "ImagePath",
            2,
            r"%SystemRoot%\servicing\TrustedInstaller.exe",
        ))
        .key(MadeKey::new("AppXSvc").dword("Start", 4).text("DependOnService", 7, "rpcss\0staterepository\0"))
        .key(
            MadeKey::new("agent").dword("Start", 0).at(
                "Instances",
                MadeKey::new("agent Instance").text("Altitude", 1, "328010").dword("Flags", 0),
            ),
        );
    let manager = MadeKey::new("Session Manager")
        .text(
            "SetupExecute",
            7,
            "C:\\Windows\\System32\\poqexec.exe /display_progress \\SystemRoot\\WinSxS\\pending.xml\0",
        )
        .text("PendingFileRenameOperations", 7, "\\??\\C:\\a.tmp\0\0\\??\\C:\\b\0\\??\\C:\\c\0")
        .bytes("big", (0..40_000u32).map(|n| n as u8).collect());
    MadeKey::new("ROOT")
        .at("Select", MadeKey::new("x"))
        .at("ControlSet001\\Control", manager)
        .at(
            "ControlSet001\\Control",
            MadeKey::new("TimeZoneInformation").dword("Bias", 480).dword("ActiveTimeBias", 420),
        )
        .at("ControlSet001", services)
}

#[track_caller]
fn assert_system(state: &SystemState) {
    assert_eq!(
        state.setup_execute,
        [r"C:\Windows\System32\poqexec.exe /display_progress \SystemRoot\WinSxS\pending.xml"]
    );
    assert_eq!(
        state.pending_renames,
        [(r"\??\C:\a.tmp".to_owned(), None), (r"\??\C:\b".to_owned(), Some(r"\??\C:\c".to_owned()))]
    );
    let names: Vec<_> = state.services.iter().map(|service| (&*service.name, service.start)).collect();
    assert_eq!(names, [("TrustedInstaller", Some(2)), ("AppXSvc", Some(4)), ("agent", Some(0))]);
    assert_eq!(state.services[0].image_path.as_deref(), Some(r"%SystemRoot%\servicing\TrustedInstaller.exe"));
    assert_eq!(state.services[1].depend_on_service, ["rpcss", "staterepository"]);
    assert_eq!(
        state.services[2].instances,
        [FilterInstance {
            name: "agent Instance".to_owned(),
            altitude: Some("328010".to_owned()),
            flags: Some(0)
        }]
    );
    assert_eq!((state.time_zone.bias, state.time_zone.active_bias), (Some(480), Some(420)));
    assert_eq!(state.damage, []);
}

#[test]
fn made_hives_of_both_list_forms() {
    for ri in [false, true] {
        let data = system().hive(ri);
        let hive = Hive::open(&data).unwrap();
        assert!(hive.header().checksum_valid && !hive.header().dirty);
        let census = hive.census();
        assert_eq!((census.losses, census.unreachable_keys, census.key_nodes), (0, 0, 13), "{census:?}");
        assert_system(&system_state(&hive).unwrap());
        let manager = hive.key(r"controlset001\control\session manager").unwrap();
        let big = manager.values().flatten().find(|value| value.name == "big").unwrap();
        let expected: Vec<u8> = (0..40_000u32).map(|n| n as u8).collect();
        assert_eq!(big.data, RegistryData::Binary(3, expected));
    }
}

const EXPORT: &str = r#"Windows Registry Editor Version 5.00

; a remark
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager]
"SetupExecute"=hex(7):43,00,3a,00,5c,00,57,00,69,00,6e,00,64,00,6f,00,77,00,73,\
  00,5c,00,53,00,79,00,73,00,74,00,65,00,6d,00,33,00,32,00,5c,00,70,00,6f,00,71,\
  00,65,00,78,00,65,00,63,00,2e,00,65,00,78,00,65,00,20,00,2f,00,64,00,69,00,73,\
  00,70,00,6c,00,61,00,79,00,5f,00,70,00,72,00,6f,00,67,00,72,00,65,00,73,00,73,\
  00,20,00,5c,00,53,00,79,00,73,00,74,00,65,00,6d,00,52,00,6f,00,6f,00,74,00,5c,\
  00,57,00,69,00,6e,00,53,00,78,00,53,00,5c,00,70,00,65,00,6e,00,64,00,69,00,6e,\
  00,67,00,2e,00,78,00,6d,00,6c,00,00,00,00,00
"PendingFileRenameOperations"=hex(7):5c,00,3f,00,3f,00,5c,00,43,00,3a,00,5c,00,\
  61,00,2e,00,74,00,6d,00,70,00,00,00,00,00,5c,00,3f,00,3f,00,5c,00,43,00,3a,00,\
  5c,00,62,00,00,00,5c,00,3f,00,3f,00,5c,00,43,00,3a,00,5c,00,63,00,00,00,00,00

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation]
"Bias"=dword:000001e0
"ActiveTimeBias"=dword:000001a4

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\TrustedInstaller]
"Start"=dword:00000002
"Type"=dword:00000010
"ImagePath"="%SystemRoot%\\servicing\\TrustedInstaller.exe"

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\AppXSvc]
"Start"=dword:00000004
"DependOnService"=hex(7):72,00,70,00,63,00,73,00,73,00,00,00,73,00,74,00,61,00,74,00,65,00,72,00,65,00,70,00,6f,00,73,00,69,00,74,00,6f,00,72,00,79,00,00,00,00,00

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\agent]
"Start"=dword:00000000

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\agent\Instances\agent Instance]
"Altitude"="328010"
"Flags"=dword:00000000

[HKEY_LOCAL_MACHINE\SOFTWARE\Other]
"Ignored"="x"
"#;

#[test]
fn an_export_gives_what_the_hive_gives() {
    let utf16: Vec<u8> = format!("\u{feff}{}", EXPORT.replace('\n', "\r\n"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for data in [EXPORT.as_bytes().to_vec(), utf16] {
        let export = RegExport::read(&data).unwrap();
        let counts = export.counts();
        assert_eq!((counts.keys, counts.keys_kept, counts.values, counts.malformed), (7, 6, 13, 0));
        assert_system(&system_state(&export).unwrap());
    }
    let error = RegExport::read(b"[HKEY_LOCAL_MACHINE]").unwrap_err();
    assert_eq!(error.name(), "invalid");
}

fn servicing() -> MadeKey {
    let package = |name: &str, state| MadeKey::new(name).dword("CurrentState", state);
    MadeKey::new("Component Based Servicing")
        .at("", MadeKey::new("RebootPending"))
        .at("", MadeKey::new("Interface").dword("ServicingInProgress", 2))
        .at("", MadeKey::new("Version").text("10.0.17763.2111", 2, r"%SystemRoot%\winsxs\amd64_stack"))
        .at(
            "Packages",
            package("Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.2114.1.13", 0x50)
                .dword("InstallTimeHigh", 30_905_234)
                .dword("InstallTimeLow", 5),
        )
        .at(
            "Packages",
            package("Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2", 0x60).text(
                "InstallClient",
                1,
                "WindowsUpdateAgent",
            ),
        )
        .at("PackagesPending", MadeKey::new("Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2"))
        .at("SessionsPending", MadeKey::new("31033555_1").dword("1_Staged", 1).dword("Complete", 0))
        .at("DriverOperations", MadeKey::new("1"))
        .at("DriverOperations", MadeKey::new("2").text("Identity", 1, "cpu.inf"))
}

#[test]
fn component_based_servicing() {
    let alone = servicing().hive(false);
    let whole = MadeKey::new("ROOT")
        .at("", MadeKey::new("Classes"))
        .at(r"Microsoft\Windows\CurrentVersion", servicing())
        .at(
            r"Microsoft\Windows NT",
            MadeKey::new("CurrentVersion").text("CurrentBuild", 1, "17763").dword("UBR", 2114),
        )
        .hive(false);
    for (data, kind) in [(alone, HiveKind::ComponentBasedServicing), (whole, HiveKind::Software)] {
        let hive = Hive::open(&data).unwrap();
        assert_eq!(hive.kind(), kind);
        let state = cbs_state(&hive).unwrap();
        let packages: Vec<_> = state
            .packages
            .iter()
            .map(|package| package.current_state.and_then(package_state).unwrap())
            .collect();
        assert_eq!(packages, ["Superseded", "Install Pending"]);
        assert_eq!(state.packages[0].install_time, Some(FileTime(30_905_234 << 32 | 5)));
        assert_eq!(state.packages[1].install_client.as_deref(), Some("WindowsUpdateAgent"));
        assert!(state.reboot_pending && !state.reboot_in_progress);
        assert_eq!(state.packages_pending, ["Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2"]);
        assert_eq!(
            state.sessions_pending[0].numbers,
            [("1_Staged".to_owned(), 1), ("Complete".to_owned(), 0)]
        );
        let identities: Vec<_> =
            state.driver_operations.iter().map(|found| found.identity.as_deref()).collect();
        assert_eq!(identities, [None, Some("cpu.inf")]);
        assert_eq!(state.servicing_in_progress, Some(2));
        assert_eq!(state.stack_versions[0].0, "10.0.17763.2111");
        let software = software_state(&hive);
        assert_eq!(
            software.map(|found| (found.build, found.ubr)),
            (kind == HiveKind::Software).then(|| (Some("17763".to_owned()), Some(2114)))
        );
    }
}

#[test]
fn components() {
    let identifier = "916ae75edb30da01".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let data = MadeKey::new("ROOT")
        .bytes("PendingXmlIdentifier", identifier)
        .dword("ExecutionState", 3)
        .dword("StoreDirty", 1)
        .bytes("PoqexecFailure", vec![0x34, 0, 0, 0xC0])
        .at("CanonicalData", MadeKey::new("x"))
        .hive(false);
    let hive = Hive::open(&data).unwrap();
    let state = components_state(&hive).unwrap();
    assert_eq!(state.pending_xml_identifier.as_deref(), Some("916ae75edb30da01"));
    assert_eq!((state.execution_state, state.store_dirty), (Some(3), Some(1)));
    assert_eq!(state.poqexec_failure.as_deref(), Some("340000c0"));
    let export = RegExport::read(b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\COMPONENTS]\r\n\"StoreDirty\"=dword:00000001\r\n\"PoqexecFailure\"=\"c0000034\"\r\n[HKEY_LOCAL_MACHINE\\COMPONENTS\\DerivedData]\r\n").unwrap();
    let state = components_state(&export).unwrap();
    assert_eq!((state.store_dirty, state.poqexec_failure.as_deref()), (Some(1), Some("c0000034")));
    assert_eq!(export.counts().keys_kept, 1);
}

/// Reads everything that a hive can give. The result does not matter.
fn read_all(data: &[u8]) {
    if let Ok(hive) = Hive::open(data) {
        let census = hive.census();
        assert!(census.reachable_keys <= data.len() as u64 / 0x50 + 1);
        system_state(&hive);
        cbs_state(&hive);
        software_state(&hive);
        components_state(&hive);
    }
}

#[test]
fn any_bytes_are_read() {
    common::damaged(&system().hive(true), 41, read_all);
    common::damaged(&servicing().hive(false), 42, read_all);
    common::damaged(EXPORT.as_bytes(), 43, |data| {
        if let Ok(export) = RegExport::read(data) {
            system_state(&export);
            cbs_state(&export);
        }
    });
}

/// Every key claims the same list of subkeys, which holds all keys: the work must stay within the stated limit.
#[test]
fn keys_that_share_their_list() {
    let mut services = MadeKey::new("Services");
    for number in 0..2000 {
        services = services.key(MadeKey::new(&format!("s{number}")));
    }
    let mut data = MadeKey::new("ROOT").at("ControlSet001", services).hive(false);
    let hive = Hive::open(&data).unwrap();
    let list = hive.key(r"ControlSet001\Services").unwrap();
    let at = 4096 + list.offset as usize + 4;
    let (count, place) = (data[at + 0x14..at + 0x18].to_vec(), data[at + 0x1C..at + 0x20].to_vec());
    let nodes: Vec<usize> = memchr_find(&data, b"nk \0").collect();
    for node in nodes.into_iter().skip(3) {
        data[node + 0x14..node + 0x18].copy_from_slice(&count);
        data[node + 0x1C..node + 0x20].copy_from_slice(&place);
    }
    let hive = Hive::open(&data).unwrap();
    let census = hive.census();
    assert!(census.losses > 0);
    let hive = Hive::open(&data).unwrap();
    system_state(&hive).unwrap();
}

fn memchr_find<'a>(data: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    data.windows(needle.len()).enumerate().filter(move |(_, window)| *window == needle).map(|(at, _)| at)
}
