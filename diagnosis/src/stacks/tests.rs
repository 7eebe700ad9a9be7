//! Synthetic stacks: who asked for the operation.

use std::sync::Arc;

use timeline::{Frame, Module, Process, Role, Stack};

use super::{Call, Part};

const MICROSOFT: &str = "Microsoft Corporation";
const OTHER: &str = "Nordlys Security";

/// A stack of modules, one frame each unless `*n` follows; names with a `+` are another company's, names with a `?` of none.
fn call(names: &str) -> Call {
    let mut modules: Vec<Arc<Module>> = Vec::new();
    let mut frames = Vec::new();
    for name in names.split_whitespace() {
        let (name, count) =
            name.split_once('*').map_or((name, 1), |(name, count)| (name, count.parse().unwrap()));
        let company = match name.chars().next().unwrap() {
            '+' => OTHER,
            '?' => "",
            _ => MICROSOFT,
        };
        let name = name.trim_start_matches(['+', '?']);
        let path = format!(r"C:\Windows\System32\{name}");
        let known = modules.iter().find(|m| m.path == path).cloned();
        let module = known.unwrap_or_else(|| {
            let made = Arc::new(Module { path, company: company.to_owned(), version: "1.2".to_owned() });
            modules.push(Arc::clone(&made));
            made
        });
        let is_kernel =
            name.to_ascii_lowercase().ends_with(".sys") || matches!(name, "ntoskrnl.exe" | "CI.dll");
        for _ in 0..count {
            let offset = 0x100 * (frames.len() as u64 + 1);
            frames.push(Frame { address: offset, is_kernel, module: Some((Arc::clone(&module), offset)) });
        }
    }
    let process = Process {
        pid: 8,
        parent_pid: 4,
        parent: None,
        name: "TiWorker.exe".to_owned(),
        image_path: r"C:\Windows\System32\TiWorker.exe".to_owned(),
        command_line: String::new(),
        user: String::new(),
        company: MICROSOFT.to_owned(),
        start: None,
        end: None,
        exit_status: None,
        role: Role::TiWorker,
        events: 0,
        failures: 0,
    };
    Call::new(Stack { frames, has_user_modules: true, has_kernel_modules: true }, &process)
}

/// The file name of the outsider, and those of the interferers.
fn others(names: &str) -> (String, Vec<String>) {
    let call = call(names);
    let outsider = call.issuer.outsider().map_or_else(String::new, |m| m.name().to_owned());
    (outsider, call.interferers.iter().map(|m| m.name().to_owned()).collect())
}

const SERVICING: &str =
    "ntdll.dll KernelBase.dll wcp.dll*4 CbsCore.dll*3 rpcrt4.dll ntdll.dll kernel32.dll ntdll.dll";

#[test]
fn servicing_asks_for_itself() {
    for kernel in [
        "FLTMGR.SYS*4 ntoskrnl.exe*5",
        "FLTMGR.SYS*4 ntoskrnl.exe CLFS.SYS*3 ntoskrnl.exe*5 CLFS.SYS tm.sys ntoskrnl.exe*3",
        "FLTMGR.SYS*4 ntoskrnl.exe*2 CI.dll*2 ntoskrnl.exe*5",
        "ntoskrnl.exe*3",
    ] {
        assert_eq!(others(&format!("{kernel} {SERVICING}")), (String::new(), Vec::new()), "{kernel}");
    }
}

#[test]
fn a_driver_that_starts_an_operation_is_who_asked() {
    for (kernel, driver) in [
        // As in a real log: Defender's filter asks the kernel for a level of signing, which reads attributes.
        (
            "FLTMGR.SYS*4 ntoskrnl.exe*2 CI.dll*2 ntoskrnl.exe WdFilter.sys*3 FLTMGR.SYS*4 ntoskrnl.exe*9",
            "WdFilter.sys",
        ),
        // The filter manager's own functions.
        ("FLTMGR.SYS*6 +flt.sys*2 FLTMGR.SYS*4 ntoskrnl.exe*9", "flt.sys"),
        // Told of a process or a key, it opens a file or a key.
        ("FLTMGR.SYS*4 ntoskrnl.exe*6 +flt.sys*2 ntoskrnl.exe*9", "flt.sys"),
        ("ntoskrnl.exe*5 +flt.sys*2 ntoskrnl.exe*6", "flt.sys"),
        // A minifilter of Windows, or one whose company is not recorded.
        ("FLTMGR.SYS*4 ntoskrnl.exe*6 luafv.sys FLTMGR.SYS*4 ntoskrnl.exe*9", "luafv.sys"),
        ("FLTMGR.SYS*4 ntoskrnl.exe*6 ?flt.sys FLTMGR.SYS*4 ntoskrnl.exe*9", "flt.sys"),
    ] {
        assert_eq!(others(&format!("{kernel} {SERVICING}")), (driver.to_owned(), Vec::new()), "{kernel}");
    }
}

#[test]
fn a_driver_that_hands_a_request_on_did_not_ask_for_it() {
    for kernel in [
        "FLTMGR.SYS*4 ntoskrnl.exe +legacy.sys ntoskrnl.exe*9",
        "+legacy.sys*2 FLTMGR.SYS*4 ntoskrnl.exe*5",
        "+legacy.sys ntoskrnl.exe*5",
    ] {
        let expected = (String::new(), vec!["legacy.sys".to_owned()]);
        assert_eq!(others(&format!("{kernel} {SERVICING}")), expected, "{kernel}");
    }
}

#[test]
fn a_library_of_another_product_is_who_asked_unless_it_hands_on() {
    let of = |user: &str| others(&format!("FLTMGR.SYS*3 ntoskrnl.exe*5 {user}"));
    let asked = of("ntdll.dll KernelBase.dll +inject.dll*2 wcp.dll CbsCore.dll ntdll.dll");
    assert_eq!(asked, ("inject.dll".to_owned(), Vec::new()));
    // A thread of its own.
    assert_eq!(of("ntdll.dll KernelBase.dll +inject.dll kernel32.dll ntdll.dll").0, "inject.dll");
    assert_eq!(of("ntdll.dll KernelBase.dll mpoav.dll wcp.dll CbsCore.dll").0, "mpoav.dll");
    // Between the system call and Windows' own library it sees every call of the process.
    let hooked = of("ntdll.dll +inject.dll KernelBase.dll wcp.dll CbsCore.dll");
    assert_eq!(hooked, (String::new(), vec!["inject.dll".to_owned()]));
    // What called servicing did not ask for what servicing does.
    assert_eq!(of("ntdll.dll wcp.dll CbsCore.dll +inject.dll ntdll.dll"), (String::new(), Vec::new()));
    // A name of servicing does not make a library servicing's.
    assert_eq!(of("ntdll.dll KernelBase.dll +wcp.dll CbsCore.dll").0, "wcp.dll");
}

#[test]
fn the_part_and_the_installer_are_told_by_their_libraries() {
    let of = |user: &str| {
        let call = call(&format!("ntoskrnl.exe*3 {user}"));
        (call.part, call.installer.map_or_else(String::new, |m| m.name().to_owned()))
    };
    let none = String::new();
    assert_eq!(of(SERVICING), (Some(Part::Primitives), none.clone()));
    assert_eq!(of("ntdll.dll KernelBase.dll CbsCore.dll*4 ntdll.dll"), (Some(Part::Cbs), none.clone()));
    assert_eq!(of("ntdll.dll smiengine.dll smipi.dll wcp.dll CbsCore.dll"), (Some(Part::Smi), none.clone()));
    assert_eq!(of("ntdll.dll poqexec.exe*4"), (Some(Part::Primitives), none.clone()));
    assert_eq!(of("ntdll.dll KernelBase.dll wdscore.dll CbsCore.dll"), (Some(Part::Reporting), none.clone()));
    assert_eq!(of("ntdll.dll drvstore.dll drupdate.dll CbsCore.dll"), (Some(Part::DriverQueue), none));
    for dll in ["netsetupai.dll", "EventsInstaller.dll", "cmiv2.dll", "httpai.dll"] {
        let expected = (Some(Part::Installer), dll.to_owned());
        assert_eq!(of(&format!("ntdll.dll KernelBase.dll {dll}*2 wcp.dll CbsCore.dll")), expected);
        assert_eq!(of(&format!("ntdll.dll wcp.dll {dll}*2 wcp.dll CbsCore.dll")), expected);
    }
    // An installer that a driver brings works for the driver queue.
    let brought = "ntdll.dll KernelBase.dll +vendorinst.dll setupapi.dll drvinst.exe";
    assert_eq!(of(brought), (Some(Part::DriverQueue), "vendorinst.dll".to_owned()));
    assert_eq!(others(&format!("ntoskrnl.exe*3 {brought}")), (String::new(), Vec::new()));
}

#[test]
fn a_call_site_is_servicings_frames_and_no_outsiders() {
    let site = |names: &str| call(names).site.map(|site| site.to_string());
    assert_eq!(site("ntoskrnl.exe ntdll.dll wcp.dll CbsCore.dll").unwrap(), "wcp.dll+0x300");
    assert_eq!(site("ntoskrnl.exe ntdll.dll KernelBase.dll kernel32.dll"), None);
    assert_eq!(site("FLTMGR.SYS ntoskrnl.exe*3 +a.sys FLTMGR.SYS ntdll.dll wcp.dll"), None);
    let same = |a: &str, b: &str| call(a).site == call(b).site;
    assert!(same(
        "ntoskrnl.exe ntdll.dll wcp.dll*3 CbsCore.dll",
        "ntoskrnl.exe ntdll.dll wcp.dll*3 ntdll.dll"
    ));
    assert!(!same(
        "ntoskrnl.exe ntdll.dll wcp.dll CbsCore.dll",
        "ntoskrnl.exe ntdll.dll wcp.dll*2 CbsCore.dll"
    ));
}

#[test]
fn both_languages_say_who_asked() {
    let words =
        call(&format!("FLTMGR.SYS*6 +flt.sys*2 FLTMGR.SYS*4 {SERVICING}")).words("TiWorker.exe").unwrap();
    let en = "flt.sys (Nordlys Security, 1.2) started this operation on a thread of TiWorker.exe: it is not servicing's own";
    assert_eq!(words.en, en);
    assert!(words.zh.contains("flt.sys (Nordlys Security, 1.2)"), "{}", words.zh);
    assert!(call("ntoskrnl.exe ntdll.dll").words("TiWorker.exe").is_none());
}
