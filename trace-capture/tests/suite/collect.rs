//! The bundle: what is in it, what its manifest says, and that a kill loses nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use trace_capture::collect::manifest::Manifest;
use trace_capture::collect::{Options, Outcome, Report, collect};
use trace_capture::engine::{Disarmed, arm, disarm};
use trace_capture::error::CaptureError;
use trace_capture::journal::{Before, Line};
use trace_capture::machine::Disk;
use trace_capture::plan::Action;
use trace_capture::tree::{Data, Tree};
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

pub(crate) fn into(folder: &Path) -> Options {
    Options { bundle: folder.join("bundle.zip"), ..Options::default() }
}

pub(crate) fn run(fake: &Fake, options: &Options) -> Result<Report, CaptureError> {
    match collect(fake, options, &mut |_| {})? {
        Outcome::Collected(report) => Ok(*report),
        Outcome::Waiting(why) => panic!("{why}"),
    }
}

/// All files of a bundle, and its manifest held against them.
pub(crate) fn open(path: &Path) -> (BTreeMap<String, Vec<u8>>, Manifest) {
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
        "traces/bootrace-file.etl.001",
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
    assert_eq!(fake.tasks(), ["bootrace watch"], "the task that collects ran once");
    assert_eq!(disarm(&fake, false).unwrap(), Disarmed { undone: 16, ..Disarmed::default() });
}

#[test]
fn redact_masks_text_and_leaves_out_what_cannot_be_masked() {
    let fake = machine();
    // In the journal as registry data, in a log, in a name of a file, and in a reason why something failed.
    let names: Vec<u8> = "王伟 Müller".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let journal = trace_capture::journal::path();
    let mut lines = fake.file(&journal).unwrap();
    let line = Line::Begin {
        step: 99,
        action: Action::EnableBootLog { procmon: r"%SystemRoot%\bootrace\Procmon64.exe".into() },
        before: Before {
            keys: vec![(
                r"HKU\S-1-5-21-1-2-3-1001\Software\Sysinternals".into(),
                Some(Tree { values: vec![("王伟".into(), Data::binary(names.clone()))], keys: vec![] }),
            )],
            ..Before::default()
        },
    };
    lines.extend(serde_json::to_vec(&line).unwrap());
    lines.push(b'\n');
    fake.put(&journal, &lines);
    fake.put(r"C:\Windows\INF\setupapi.app.log", &names);
    fake.put(r"C:\Windows\INF\setupapi.Müller.log", b"Herr M\xFCller");
    *fake.bad_file.borrow_mut() = Some(r"C:\Windows\INF\setupapi.dev.log".into());
    fake.put_with_folders(r"C:\Windows\WinSxS\pending.xml.王伟", b"x");
    fake.unreadable.borrow_mut().push(r"C:\Windows\WinSxS\pending.xml.王伟".into());
    let folder = tempfile::tempdir().unwrap();
    let report = run(&fake, &Options { redact: true, ..into(folder.path()) }).unwrap();
    let (files, manifest) = open(&report.bundle);
    for (name, bytes) in &files {
        for word in ["FABRIKAM", "王伟", "Müller", "karl"] {
            let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let hex: String = utf16.iter().map(|b| format!("{b:02x}")).collect();
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(word) && !text.contains(&hex), "{word} is in {name}");
            assert!(!bytes.windows(utf16.len()).any(|w| w == utf16), "{word} is in {name}");
        }
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
    for does in [Procmon::Hangs, Procmon::SaysOne, Procmon::SaysZero, Procmon::WithoutDriverFile] {
        let fake = machine();
        fake.procmon.set(does);
        let folder = tempfile::tempdir().unwrap();
        let report = run(&fake, &into(folder.path())).unwrap();
        let (files, manifest) = open(&report.bundle);
        assert_eq!(
            files.get("traces/procmon.pmb").or(files.get("traces/Procmon.pmb")).map(Vec::as_slice),
            Some(&b"boot log 1"[..])
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
        let lived = fake.until_death(|| drop(run(&fake, &options).unwrap()));
        if !fake.power_back() {
            assert!(lived);
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
        cuts += 7;
    }
    assert!(cuts > 150 && resumed > 15, "{cuts} changes, {resumed} resumed");
}

#[test]
fn what_a_program_leaves_unsaid_and_what_a_folder_hides_are_lines_of_the_manifest() {
    let fake = machine();
    fake.outputs.borrow_mut().insert("dism.exe".into(), vec![]);
    fake.put_link(r"C:\Windows\INF\setupapi.offline.log");
    fake.put(r"C:\Windows\INF\setupapi.upgrade.log", b"x");
    fake.unreadable.borrow_mut().push(r"C:\Windows\INF\setupapi.upgrade.log".into());
    let folder = tempfile::tempdir().unwrap();
    let (_, manifest) = open(&run(&fake, &into(folder.path())).unwrap().bundle);
    let why = |part: &str| {
        let found = manifest.failed.iter().find(|f| f.source.contains(part));
        found.unwrap_or_else(|| panic!("{part}: {:?}", manifest.failed)).why.clone()
    };
    assert_eq!(why("dism.exe"), "exit code 0, and it said nothing");
    assert!(why("setupapi.offline.log").contains("junction"));
    assert_eq!(why("setupapi.upgrade.log"), "access denied");
}

#[test]
fn a_full_volume_costs_the_large_file_and_not_the_manifest() {
    let fake = machine();
    // What does not deflate.
    let next = |n: &u64| Some(n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let noise: Vec<u8> =
        std::iter::successors(Some(1u64), next).take(800_000).map(|n| n.to_le_bytes()[5]).collect();
    fake.put(r"C:\Windows\bootrace\traces\bootrace-file.etl.001", &noise);
    fake.bundle_room.set(Some(300_000));
    // The room for the manifest is taken before the limit counts.
    let folder = tempfile::tempdir().unwrap();
    let error = run(&fake, &into(folder.path())).unwrap_err().to_string();
    assert!(error.contains("free some space"), "{error}");
    fake.bundle_room.set(Some(1 << 20));
    fake.put(r"C:\Windows\bootrace\traces\bootrace-file.etl.001", &[noise.as_slice(), &noise].concat());
    let (files, manifest) = open(&run(&fake, &into(folder.path())).unwrap().bundle);
    assert!(!files.contains_key("traces/bootrace-file.etl.001") && files.contains_key("traces/bootlog.pml"));
    assert!(files.contains_key("Windows/WinSxS/pending.xml"), "what is small and comes later has room");
    let failed = manifest.failed.iter().find(|f| f.source.contains("bootrace-file.etl.001")).unwrap();
    assert!(failed.why.contains("cannot be written"), "{}", failed.why);
    let report = disarm(&fake, false).unwrap();
    assert_eq!(report.not_bundled, [r"%SystemRoot%\bootrace\traces\bootrace-file.etl.001"]);
}

#[cfg(unix)]
#[test]
fn a_bundle_is_not_written_behind_a_link() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert!(matches!(run(&fake, &into(&link)), Err(CaptureError::Planted { .. })));
    // A link in place of what a killed run would have left is replaced, not followed.
    fs::write(folder.path().join("victim"), b"victim").unwrap();
    std::os::unix::fs::symlink(folder.path().join("victim"), real.join("bundle.zip.partial")).unwrap();
    open(&run(&fake, &into(&real)).unwrap().bundle);
    assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"victim");
}

/// Whoever can write beside the bundle must not be able to say what is in it.
#[test]
fn what_lies_beside_the_bundle_is_not_believed() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    let options = into(folder.path());
    let partial = folder.path().join("bundle.zip.partial");
    fake.cut_power_after(120);
    assert!(!fake.until_death(|| drop(run(&fake, &options))) && fake.power_back() && partial.exists());
    let mut bytes = fs::read(&partial).unwrap();
    let at = bytes.len() / 3;
    bytes[at..at + 4].fill(0x55);
    fs::write(&partial, bytes).unwrap();
    fs::write(folder.path().join("bundle.zip.resume"), b"{}").unwrap();
    let (files, _) = open(&run(&fake, &options).unwrap().bundle);
    assert!(files.contains_key("traces/bootrace-file.etl.001"));
}

#[test]
fn collecting_by_itself_waits_for_a_boot_and_for_the_end_of_the_update() {
    let fake = Fake::new();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = Options { auto: true, ..into(folder.path()) };
    let before = fake.state.borrow().clone();
    assert!(matches!(collect(&fake, &options, &mut |_| {}).unwrap(), Outcome::Waiting(_)));
    fake.assert_is(&before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fake.restart();
    fake.facts.borrow_mut().pending_xml = Some(true);
    fake.quiet_after.set(600);
    open(&run(&fake, &options).unwrap().bundle);
    assert_eq!((fake.waited.get(), fake.tasks()), (600, vec!["bootrace watch".to_owned()]));
}

#[test]
fn disarm_keeps_a_trace_that_changed_after_it_was_packed() {
    let fake = machine();
    let folder = tempfile::tempdir().unwrap();
    run(&fake, &into(folder.path())).unwrap();
    let changed = r"%SystemRoot%\bootrace\traces\bootrace-frame.etl.001";
    let same_size = fake.file(changed).unwrap().iter().map(|b| b ^ 1).collect::<Vec<_>>();
    fake.put(changed, &same_size);
    fake.restart();
    let report = disarm(&fake, false).unwrap();
    let expected = ["file.etl.002", "frame.etl.001", "frame.etl.002", "kernel.etl.002", "registry.etl.002"];
    assert_eq!(report.not_bundled, expected.map(|n| format!(r"%SystemRoot%\bootrace\traces\bootrace-{n}")));
    // They are packed without a journal, and then they go.
    let second = Options { bundle: folder.path().join("second.zip"), unarmed: true, ..Options::default() };
    assert_eq!(
        open(&run(&fake, &second).unwrap().bundle).0.keys().filter(|k| k.starts_with("traces/")).count(),
        5
    );
    assert_eq!(disarm(&fake, false).unwrap(), Disarmed::default());
    assert!(fake.entry(r"%SystemRoot%\bootrace").unwrap().is_none());
}
