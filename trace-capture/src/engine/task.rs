//! Scheduled tasks. They are made from XML: without it, schtasks.exe makes tasks that do not run on battery.

use crate::error::{CaptureError, Result};
use crate::machine::{Call, Machine, Outcome};
use crate::messages::{Text, errors};
use crate::plan::{TASKS, WORK};

const SCHTASKS: &str = r"%SystemRoot%\System32\schtasks.exe";
/// How long schtasks.exe may take, seconds.
const SECONDS: u64 = 60;

/// Whether there is a task of that name: Task Scheduler keeps a file for each.
pub(super) fn exists(machine: &dyn Machine, name: &str) -> Result<bool> {
    Ok(machine.entry(&format!(r"{TASKS}\{name}"))?.is_some())
}

/// Registers a task that runs as SYSTEM some minutes after each start of Windows.
pub(super) fn create(
    machine: &dyn Machine,
    name: &str,
    program: &str,
    arguments: &str,
    minutes: u32,
) -> Result<()> {
    let file = format!(r"{WORK}\task.xml");
    let text = xml(&machine.real(program).to_string_lossy(), arguments, minutes);
    let bytes: Vec<u8> =
        "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    machine.remove(&file)?;
    machine.append(&file, &bytes)?;
    let made =
        schtasks(machine, &["/Create", "/TN", name, "/XML", &file, "/F"], errors::POLICY_FORBIDS_TASKS);
    machine.remove(&file)?;
    made
}

/// Deletes a task.
pub(super) fn delete(machine: &dyn Machine, name: &str) -> Result<()> {
    if machine.is_offline() {
        return Err(CaptureError::OfflineWindows { what: errors::THE_TASK.with(&[&name]) });
    }
    schtasks(machine, &["/Delete", "/TN", name, "/F"], errors::DELETE_TASK)
}

fn schtasks(machine: &dyn Machine, args: &[&str], advice: Text) -> Result<()> {
    let program = SCHTASKS.to_owned();
    let args = args.iter().map(ToString::to_string).collect();
    match machine.run(&Call { program: program.clone(), args, seconds: SECONDS, output: None })? {
        Outcome::Exit(0) => Ok(()),
        Outcome::Exit(code) => Err(CaptureError::Exit { program, code, advice }),
        Outcome::TimedOut => Err(CaptureError::TimedOut { program, seconds: SECONDS, advice }),
    }
}

fn xml(program: &str, arguments: &str, minutes: u32) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (program, arguments) = (escape(program), escape(arguments));
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><BootTrigger><Enabled>true</Enabled><Delay>PT{minutes}M</Delay></BootTrigger></Triggers>
  <Principals>
    <Principal id="System"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="System"><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_starts_after_the_boot_and_runs_on_battery() {
        let xml = xml(r"C:\Windows\a & b.exe", "capture watch", 20);
        for part in [
            "<BootTrigger><Enabled>true</Enabled><Delay>PT20M</Delay></BootTrigger>",
            "<DisallowStartIfOnBatteries>false<",
            "<StopIfGoingOnBatteries>false<",
            "<UserId>S-1-5-18</UserId>",
            r"<Command>C:\Windows\a &amp; b.exe</Command><Arguments>capture watch</Arguments>",
        ] {
            assert!(xml.contains(part), "{part}: {xml}");
        }
    }
}
