//! The bundle: what is in it, what its manifest says, and that a kill loses nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use trace_capture::collect::manifest::Manifest;
use trace_capture::collect::{Options, Report, collect};
use trace_capture::engine::{arm, disarm};
use trace_capture::error::CaptureError;
use zip::ZipArchive;

use super::arm::{full, plan_for};
use super::fake::{Fake, Procmon};

/// A machine that was armed and restarted, with some logs, and programs that answer.
fn machine() -> Fake {
    let fake = Fake::new();
    for (path, bytes) in [
        (r"C:\Windows\Logs\CBS\CBS.log", &b"2026-01-01 Info CBS host FABRIKAM-PC7\r\n"[..]),
        (r"C:\Windows\Logs\CBS\CbsPersist_1.cab", b"MSCF"),
        (r"C:\Windows\Logs\CBS\note.txt", b"not asked for"),
        (r"C:\Windows\WinSxS\pending.xml", b"<PendingTransaction/>"),
        (r"C:\Windows\WinSxS\pending.xml.bad", b"<PendingTransaction/>"),
        (r"C:\Windows\INF\setupapi.dev.log", b"[Device Install Log]"),
    ] {
        fake.put_with_folders(path, bytes);
    }
    for program in ["reg.exe", "wevtutil.exe", "dism.exe", "fltmc.exe", "fsutil.exe", "sc.exe"] {
        fake.outputs.borrow_mut().insert(program.into(), format!("{program} of FABRIKAM-PC7").into_bytes());
    }
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.restart();
    fake
}

fn into(folder: &Path) -> Options {
    Options { bundle: folder.join("bundle.zip"), ..Options::default() }
}

fn run(fake: &Fake, options: &Options) -> Result<Report, CaptureError> {
    collect(fake, options, &mut |_| {})
}

/// All files of a bundle, and its manifest held against them.
fn open(path: &Path) -> (BTreeMap<String, Vec<u8>>, Manifest) {
    let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        assert!(files.insert(name.clone(), bytes).is_none(), "twice: {name}");
    }
    let manifest: Manifest = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest.files.len() + 1, files.len());
    for file in &manifest.files {
        let bytes = &files[&file.path];
        assert_eq!(file.bytes, bytes.len() as u64);
        let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file.sha256, hash, "{}", file.path);
    }
    (files, manifest)
}

#[test]
fn the_bundle_holds_the_traces_the_logs_and_what_failed() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    let report = run(&fake, &into(folder.path())).unwrap();
    let (files, manifest) = open(&report.bundle);
    assert_eq!(fs::metadata(&report.bundle).unwrap().len(), report.bytes);
    for name in [
        "traces/bootrace-file.etl.0001",
        "traces/bootrace-frame-before-restart.etl",
        "traces/bootlog.pml",
        "capture/journal.jsonl",
        "capture/machine.json",
        "capture/services-before.json",
        "capture/services-after.json",
        "Windows/Logs/CBS/cbs.log",
        "Windows/Logs/CBS/cbspersist_1.cab",
        "Windows/WinSxS/pending.xml",
        "Windows/WinSxS/pending.xml.bad",
        "registry/ComponentBasedServicing.reg",
        "hives/SYSTEM",
        "events/System.evtx",
        "commands/dism-packages.txt",
    ] {
        assert!(files.contains_key(name), "{name} is not in {:?}", files.keys());
    }
    assert!(!files.contains_key("traces/Procmon.pmb"), "the raw log beside its conversion");
    assert!(!files.keys().any(|k| k.contains("note.txt")));
    let why =
        manifest.failed.iter().find(|f| f.source.starts_with("bcdedit.exe")).expect("bcdedit has no answer");
    assert_eq!(why.why, "exit code 2");
    // Everything that was started, by its whole path.
    for call in fake.calls.borrow().iter() {
        assert!(call.program.starts_with(r"%SystemRoot%\"), "{}", call.program);
    }
    assert_eq!(fake.state.borrow().sessions.len(), 0, "sessions are stopped, so that their files are whole");
    let tasks = fake.state.borrow().tasks.clone();
    assert_eq!(tasks, Vec::<String>::new(), "the task ran once");
    assert_eq!(disarm(&fake, false).unwrap().kept, Vec::<String>::new(), "collected traces need no keeping");
}

#[test]
fn redact_masks_text_and_leaves_out_what_cannot_be_masked() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    let report = run(&fake, &Options { redact: true, ..into(folder.path()) }).unwrap();
    let (files, manifest) = open(&report.bundle);
    for (name, bytes) in &files {
        assert!(!String::from_utf8_lossy(bytes).contains("FABRIKAM"), "{name}");
    }
    assert!(files["Windows/Logs/CBS/cbs.log"].starts_with(b"2026-01-01 Info CBS host xxxxxxxxxxxx"));
    assert!(!files.keys().any(|k| k.ends_with(".evtx") || k.starts_with("hives/") || k.ends_with(".cab")));
    assert!(
        manifest
            .left_out
            .iter()
            .any(|l| l.source.contains("CbsPersist_1.cab") || l.source.contains("cbspersist_1.cab"))
    );
    assert!(manifest.redacted && manifest.files.iter().any(|f| f.masked == 1));
}

#[test]
fn a_boot_log_that_does_not_convert_is_collected_raw() {
    for does in [Procmon::Hangs, Procmon::SaysOne, Procmon::SaysZero] {
        let fake = machine();
        fake.procmon.set(does);
        let folder = tempfile::tempdir().unwrap();
        let report = run(&fake, &into(folder.path())).unwrap();
        let (files, manifest) = open(&report.bundle);
        assert_eq!(
            files.get("traces/procmon.pmb").or(files.get("traces/Procmon.pmb")).map(Vec::as_slice),
            Some(&b"boot log"[..])
        );
        let failed = &manifest.failed[0];
        assert!(
            failed.source.contains("boot log") && failed.why.contains("Procmon.pmb is collected"),
            "{failed:?}"
        );
        disarm(&fake, true).unwrap();
    }
}

#[test]
fn a_file_that_breaks_half_way_is_named_and_not_in_the_bundle() {
    let fake = machine();
    *fake.bad_file.borrow_mut() = Some(r"C:\Windows\INF\setupapi.dev.log".into());
    let folder = tempfile::tempdir().unwrap();
    let report = run(&fake, &into(folder.path())).unwrap();
    let (files, manifest) = open(&report.bundle);
    assert!(!files.keys().any(|k| k.contains("setupapi")));
    assert!(manifest.failed.iter().any(|f| f.source.contains("setupapi") && f.why == "bad sector"));
}

#[test]
fn collecting_needs_an_armed_machine_or_the_word_unarmed() {
    let fake = Fake::new();
    let folder = tempfile::tempdir().unwrap();
    let error = run(&fake, &into(folder.path())).unwrap_err();
    assert!(error.to_string().contains("--unarmed"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let report = run(&fake, &Options { unarmed: true, ..into(folder.path()) }).unwrap();
    open(&report.bundle);
}

#[test]
fn a_bundle_that_is_there_is_not_overwritten() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bundle.zip"), b"theirs").unwrap();
    let error = run(&fake, &into(folder.path())).unwrap_err();
    assert!(error.to_string().contains("is there"), "{error}");
    assert_eq!(fs::read(folder.path().join("bundle.zip")).unwrap(), b"theirs");
}

/// Power cuts while collecting, each followed by garbage where the archive was being written.
#[test]
fn whenever_the_power_goes_collecting_again_finishes_the_same_bundle() {
    let whole = {
        let (fake, folder) = (machine(), tempfile::tempdir().unwrap());
        open(&run(&fake, &into(folder.path())).unwrap().bundle).0.into_keys().collect::<Vec<_>>()
    };
    let mut cuts = 0;
    let mut resumed = 0;
    loop {
        let (fake, folder) = (machine(), tempfile::tempdir().unwrap());
        let options = into(folder.path());
        fake.cut_power_after(cuts);
        let first = run(&fake, &options);
        if !fake.power_back() {
            first.unwrap();
            break;
        }
        // The cut came at the very last change, after the bundle was whole.
        if options.bundle.exists() {
            cuts += 1;
            continue;
        }
        let partial = folder.path().join("bundle.zip.partial");
        if let Ok(mut archive) = OpenOptions::new().write(true).open(&partial) {
            resumed += 1;
            archive.seek(SeekFrom::End(-10)).unwrap();
            archive.write_all(&[0xAA; 3000]).unwrap();
        }
        let report = run(&fake, &options).unwrap_or_else(|e| panic!("after {cuts} changes: {e}"));
        let (files, _) = open(&report.bundle);
        assert_eq!(files.into_keys().collect::<Vec<_>>(), whole, "after {cuts} changes");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the bundle");
        cuts += 3;
    }
    assert!(cuts > 60 && resumed > 15, "{cuts} changes, {resumed} resumed");
}
