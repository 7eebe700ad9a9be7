//! Starts a program and waits for it: absolute path, clean environment, no window, a time-out that ends it and all
//! that it started.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::error::{CaptureError, Result};
use crate::machine::Outcome;

/// How often a waiting caller looks.
const LOOK: Duration = Duration::from_millis(50);

/// Runs `program` and waits until it and all that it started has ended. It must be an absolute path. `environment` is
/// all it gets; `folder` is its current folder. Its output goes to `output`, which is created anew.
///
/// # Errors
/// [`CaptureError::Start`]; [`CaptureError::Usage`] for a path that is not absolute.
pub fn run(
    program: &Path,
    args: &[String],
    environment: &[(String, String)],
    folder: &Path,
    seconds: u64,
    output: Option<File>,
) -> Result<Outcome> {
    let shown = program.display().to_string();
    if !program.is_absolute() {
        return Err(CaptureError::Usage(crate::messages::errors::NOT_ABSOLUTE.with(&[&shown])));
    }
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(environment.iter().map(|(k, v)| (k, v))).current_dir(folder);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.stdout(output.map_or_else(Stdio::null, Stdio::from));
    let start = |source| CaptureError::Start { program: shown.clone(), source };
    let (mut child, group) = platform::start(&mut command).map_err(start)?;
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let status = loop {
        let status = child.try_wait().map_err(start)?;
        // A program may leave the work to one that it started, and end.
        let alone = group.as_ref().is_none_or(platform::Group::is_empty);
        if Instant::now() >= deadline || (status.is_some() && alone) {
            break status;
        }
        sleep(LOOK);
    };
    if let Some(group) = group {
        group.end();
    }
    // It may have ended meanwhile, which is what is wanted.
    let _ = child.kill();
    let _ = child.wait();
    Ok(status.map_or(Outcome::TimedOut, |s| Outcome::Exit(s.code().unwrap_or(-1))))
}

#[cfg(windows)]
use crate::windows::job as platform;

#[cfg(unix)]
mod platform {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    /// There are no jobs here, and what is started stays alone.
    pub(super) struct Group;

    pub(super) fn start(command: &mut Command) -> io::Result<(Child, Option<Group>)> {
        Ok((command.process_group(0).spawn()?, None))
    }

    impl Group {
        pub(super) fn is_empty(&self) -> bool {
            true
        }

        pub(super) fn end(self) {}
    }
}
