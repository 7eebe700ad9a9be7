//! Collecting: the bundle of a made Windows folder, and a process that is killed while it collects.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicUsize;

use trace_capture::collect;
use trace_capture::engine::{arm, disarm};
use trace_capture::plan::{self, Options};

use super::machine;
use super::mortal::{KILL, Mortal};

/// Folders and files as a machine with a failed update has them.
fn make_logs() -> Vec<PathBuf> {
    let made = [
        (r"C:\Windows\Logs\CBS\CBS.log", "2026-01-01 00:00:00, Info CBS Startup: Processing complete.\r\n"),
        (r"C:\Windows\WinSxS\pending.xml", "<PendingTransaction/>"),
        (r"C:\Windows\WinSxS\poqexec.log", "1d9: 832, 0"),
        (r"C:\Windows\INF\setupapi.dev.log", "[Device Install Log]"),
        (r"C:\Windows\servicing\Sessions\Sessions.xml", "<Sessions/>"),
    ];
    made.map(|(path, text)| {
        let path = PathBuf::from(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    })
    .to_vec()
}

/// A folder of the host's, so that a bundle can be looked at from outside.
fn bundle_folder() -> PathBuf {
    let folder = std::env::var_os("BOOTRACE_TEST_BUNDLES").map_or_else(std::env::temp_dir, PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn collecting_makes_a_bundle_of_a_made_windows_folder() {
    let (_one, machine) = machine();
    let made = make_logs();
    let plan = plan::build(&Options::default(), &machine.facts()).unwrap();
    arm(&Mortal::immortal(&*machine), &plan).unwrap();
    machine.append(&plan::boot_file("bootrace-file"), b"not written by ETW").unwrap();
    // Held open by somebody who is writing it.
    let held = std::fs::OpenOptions::new().append(true).open(&made[0]).unwrap();
    let bundle = bundle_folder().join("made-windows.zip");
    let _ = std::fs::remove_file(&bundle);
    let options = collect::Options { bundle: bundle.clone(), ..collect::Options::default() };
    let collect::Outcome::Collected(report) = collect::collect(&*machine, &options, &mut |_| {}).unwrap()
    else {
        panic!("nothing was collected");
    };
    drop(held);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&bundle).unwrap()).unwrap();
    for (name, text) in [
        ("Windows/Logs/CBS/CBS.log", "Processing complete"),
        ("Windows/WinSxS/pending.xml", "<PendingTransaction/>"),
        ("Windows/INF/setupapi.dev.log", "[Device Install Log]"),
        ("traces/bootrace-file.etl", "not written by ETW"),
        ("capture/journal.jsonl", "write-key"),
        ("capture/services-before.json", "RpcSs"),
        ("manifest.json", "sha256"),
    ] {
        let mut contents = String::new();
        std::io::Read::read_to_string(
            &mut zip.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}")),
            &mut contents,
        )
        .unwrap();
        assert!(contents.contains(text), "{name}: {contents}");
    }
    // reg.exe writes what regedit reads: UTF-16 with its mark.
    let mut exported = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name("registry/SessionManager.reg").unwrap(), &mut exported)
        .unwrap();
    assert!(exported.starts_with(&[0xFF, 0xFE]) && exported.len() > 100);
    assert!(report.manifest.files.iter().all(|f| f.sha256.len() == 64));
    assert_eq!(disarm(&*machine, false).unwrap().kept, Vec::<String>::new());
    for path in made {
        std::fs::remove_file(path).unwrap();
    }
}

/// Not a test of its own: the process that is killed while it collects.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn collecting_victim() {
    let Some(after) = std::env::var(KILL).ok().and_then(|n| n.parse().ok()) else { return };
    let machine = trace_capture::here(None).unwrap();
    let mortal = Mortal(&*machine, AtomicUsize::new(after));
    let bundle = bundle_folder().join("killed.zip");
    let options = collect::Options { bundle, unarmed: true, ..collect::Options::default() };
    collect::collect(&mortal, &options, &mut |_| {}).unwrap();
}

fn names_in(bundle: &Path) -> Vec<String> {
    let zip = zip::ZipArchive::new(std::fs::File::open(bundle).unwrap()).unwrap();
    let mut names: Vec<String> = zip.file_names().map(|n| n.unwrap().into_owned()).collect();
    names.sort();
    names
}

fn failures_in(bundle: &Path) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(bundle).unwrap()).unwrap();
    let manifest: collect::manifest::Manifest =
        serde_json::from_reader(zip.by_name("manifest.json").unwrap()).unwrap();
    manifest.failed.iter().map(|m| format!("{}: {}\n", m.source, m.why)).collect()
}

#[test]
fn killed_while_collecting_the_next_run_finishes_the_bundle() {
    let (_one, machine) = machine();
    let made = make_logs();
    let bundle = bundle_folder().join("killed.zip");
    let run = |after: usize| {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "collecting::collecting_victim", "--ignored", "--test-threads=1"])
            .env(KILL, after.to_string())
            .output()
            .unwrap();
        child.status.success()
    };
    let _ = std::fs::remove_file(&bundle);
    assert!(run(usize::MAX));
    let whole = names_in(&bundle);
    assert!(whole.len() > 8, "{whole:?}");
    let mut killed = 0;
    for after in [20, 80] {
        std::fs::remove_file(&bundle).unwrap();
        if !run(after) {
            killed += 1;
            assert!(!bundle.exists());
            assert!(run(usize::MAX), "the second run after {after} changes");
        }
        assert_eq!(names_in(&bundle), whole, "killed after {after} changes: {}", failures_in(&bundle));
    }
    assert_eq!(killed, 2);
    std::fs::remove_file(&bundle).unwrap();
    for path in made {
        std::fs::remove_file(path).unwrap();
    }
    disarm(&*machine, true).unwrap();
}
