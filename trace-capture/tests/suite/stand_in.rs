//! Programs that work, fail, hang, and hang together with what they started: a stand-in for Process Monitor, run for
//! real.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use trace_capture::error::CaptureError;
use trace_capture::machine::Outcome;
use trace_capture::programs;

/// cargo builds examples with the tests, beside their folder.
fn stand_in() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap().join("examples");
    let path = folder.join(format!("stand_in_procmon{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is missing: run the whole package's tests, which build it", path.display());
    path
}

fn run(folder: &Path, does: &str, args: &[&str], seconds: u64) -> trace_capture::Result<Outcome> {
    std::fs::write(folder.join("stand-in"), does).unwrap();
    let mut environment = vec![("TEMP".to_owned(), folder.to_string_lossy().into_owned())];
    // Windows programs need to know where Windows is.
    environment.extend(std::env::var("SystemRoot").ok().map(|v| ("SystemRoot".to_owned(), v)));
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    programs::run(&stand_in(), &args, &environment, folder, seconds, None)
}

#[test]
fn a_program_gets_its_arguments_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("boot log.pml");
    let to = to.to_string_lossy();
    let args = ["/AcceptEula", "/Quiet", "/ConvertBootLog", &to, "a \"quoted\" one\\", ""];
    assert_eq!(run(folder.path(), "works", &args, 60).unwrap(), Outcome::Exit(0));
    assert_eq!(std::fs::read_to_string(folder.path().join("told")).unwrap(), args.join("\n"));
    assert_eq!(std::fs::read(&*to).unwrap(), b"PML_");
}

#[test]
fn exit_codes_come_through_and_hangs_end_at_their_time() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), "fails", &["/AcceptEula"], 60).unwrap(), Outcome::Exit(1));
    for (does, args) in [("hangs", &["/AcceptEula"][..]), ("works", &[])] {
        let start = Instant::now();
        assert_eq!(run(folder.path(), does, args, 1).unwrap(), Outcome::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}

/// Windows only, where job objects end a whole tree; elsewhere nothing of this is ever started but here.
#[cfg(windows)]
#[test]
fn what_a_hanging_program_started_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), "hangs-with-child", &["/AcceptEula"], 2).unwrap(), Outcome::TimedOut);
    let sign = folder.path().join("child-lives");
    assert!(sign.exists(), "the child never ran");
    std::thread::sleep(Duration::from_millis(300));
    std::fs::remove_file(&sign).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(!sign.exists(), "the child lives on");
}

#[test]
fn only_an_absolute_path_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let result = programs::run(Path::new("stand_in_procmon"), &[], &[], folder.path(), 1, None);
    assert!(matches!(result, Err(CaptureError::Usage(_))));
    let missing = folder.path().join("Procmon64.exe");
    let error = programs::run(&missing, &[], &[], folder.path(), 1, None).unwrap_err().to_string();
    assert!(error.contains("Procmon64.exe") && error.contains("policy"), "{error}");
}
