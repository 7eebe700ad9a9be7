//! Process Monitor: arming its driver for the next boot, and converting what the driver wrote.

use std::io::Read;

use super::restore::{driver_files, driver_keys};
use crate::bundled::sha256;
use crate::error::{CaptureError, Result};
use crate::machine::{Call, Machine, Outcome, Signer};
use crate::messages::{self as say, Message, Text, errors};
use crate::plan::PMB;
use crate::tree::Data;

/// What Process Monitor gets with every call. `/Quiet` alone does not suppress the licence question.
const SILENT: [&str; 4] = ["/AcceptEula", "/Quiet", "/Minimized", "/NoFilter"];
/// How long it may take to arm, seconds. It may stay open after it has armed.
const ENABLE_SECONDS: u64 = 120;
/// Who signs it.
const MAKER: &str = "Microsoft";
/// What a PML file begins with.
const PML_MAGIC: &[u8] = b"PML_";

/// Checks that Microsoft signed the program. What was found, for people to compare.
pub(super) fn check(machine: &dyn Machine, program: &str) -> Result<Message> {
    let hash = sha256(machine, program)?;
    let refused = |why: Message| CaptureError::NotTrusted { program: program.into(), why };
    match machine.signer(program)? {
        Signer::Valid(name) if name.starts_with(MAKER) => Ok(say::SIGNED.with(&[&program, &name, &hash])),
        Signer::Valid(name) => Err(refused(errors::SIGNED_BY_OTHER.with(&[&name, &MAKER, &hash]))),
        Signer::Invalid(why) => Err(refused(errors::SIGNATURE_BAD.with(&[&why, &hash]))),
    }
}

/// Has Process Monitor arm its driver. How it ended decides nothing: it was seen to say 1 after arming, and to stay
/// open. What the next boot reads decides: the driver's key with Start = 0, and the driver's file.
pub(super) fn enable(machine: &dyn Machine, procmon: &str) -> Result<Vec<Message>> {
    let checked = check(machine, procmon)?;
    let args = SILENT.into_iter().chain(["/EnableBootLogging"]).map(str::to_owned).collect();
    let outcome =
        machine.run(&Call { program: procmon.into(), args, seconds: ENABLE_SECONDS, output: None })?;
    match missing(machine)? {
        None => Ok(vec![checked]),
        Some(why) => Err(CaptureError::BootLogNotArmed { outcome: ended(outcome), why: why.plain() }),
    }
}

/// What a driver lacks to log the next boot; `None` where it is armed.
fn missing(machine: &dyn Machine) -> Result<Option<Text>> {
    let armed = armed_drivers(machine)?;
    let files = driver_files(machine)?;
    let has_file = |driver: &String| {
        files
            .iter()
            .any(|f| f.rsplit('\\').next().is_some_and(|n| n.eq_ignore_ascii_case(&format!("{driver}.SYS"))))
    };
    Ok(match armed.as_slice() {
        [] => Some(errors::NO_DRIVER_KEY),
        drivers if drivers.iter().any(has_file) => None,
        _ => Some(errors::NO_DRIVER_FILE),
    })
}

/// Names of Process Monitor's drivers that log the next boot.
pub(super) fn armed_drivers(machine: &dyn Machine) -> Result<Vec<String>> {
    let mut armed = Vec::new();
    for key in driver_keys(machine)? {
        if machine.tree(&key)?.and_then(|t| t.value("Start").and_then(Data::as_dword)) == Some(0) {
            armed.extend(key.rsplit('\\').next().map(str::to_owned));
        }
    }
    Ok(armed)
}

fn ended(outcome: Outcome) -> Message {
    match outcome {
        Outcome::Exit(code) => errors::ENDED_WITH.with(&[&code]),
        Outcome::TimedOut => errors::NOT_ENDED.with(&[&ENABLE_SECONDS]),
    }
}

/// Seconds to convert a boot log of that size: five minutes, and one more for each 256 MB.
fn convert_seconds(bytes: u64) -> u64 {
    300 + bytes / (256 << 20) * 60
}

/// Converts the boot log. Anything but a normal end with a PML file is an error, so that the raw log is packed too.
pub(super) fn convert(machine: &dyn Machine, procmon: &str, to: &str) -> Result<Vec<Message>> {
    let Some(pmb) = machine.entry(PMB)? else {
        return Err(CaptureError::System {
            what: errors::FIND_BOOT_LOG,
            why: errors::NOT_THERE.with(&[&PMB]),
            advice: errors::NO_BOOT_LOG,
        });
    };
    let checked = check(machine, procmon)?;
    let seconds = convert_seconds(pmb.bytes);
    let args = SILENT.into_iter().chain(["/ConvertBootLog", to]).map(str::to_owned).collect();
    let program = procmon.to_owned();
    match machine.run(&Call { program: program.clone(), args, seconds, output: None })? {
        Outcome::TimedOut => {
            Err(CaptureError::TimedOut { program, seconds, advice: errors::CONVERT_ELSEWHERE })
        }
        Outcome::Exit(0) if is_pml(machine, to)? => Ok(vec![checked]),
        Outcome::Exit(code) => Err(CaptureError::Exit { program, code, advice: errors::LOG_MAY_LACK }),
    }
}

/// Whether a file begins as a PML does.
pub(crate) fn is_pml(machine: &dyn Machine, path: &str) -> Result<bool> {
    if machine.entry(path)?.is_none() {
        return Ok(false);
    }
    let mut start = Vec::new();
    let magic = u64::try_from(PML_MAGIC.len()).unwrap_or_default();
    machine.open(path)?.take(magic).read_to_end(&mut start).map_err(CaptureError::io(errors::READ, path))?;
    Ok(start == PML_MAGIC)
}
