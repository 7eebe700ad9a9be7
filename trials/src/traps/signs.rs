//! Signs of a failed update, for boots in which nothing failed.

use anyhow::Result;
use pml_reader::write::encode::Value;

use super::acts::{Hand, NAME_NOT_FOUND, Open, SUCCESS};

const CBS: &str = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing";

/// A sign: its name, and what shows it.
pub(crate) type FalseSign = (&'static str, fn(&mut Hand<'_>) -> Result<()>);

/// What servicing does when an update failed, each part alone and all of it.
pub(crate) const SIGNS: &[FalseSign] = &[
    ("error report is asked for", |hand| hand.query_value(&format!(r"{CBS}\DisableWerReporting"), None)),
    ("state of a rollback", |hand| {
        hand.set_value(&format!(r"{CBS}\ExecuteState"), Value::Dword(0x103), SUCCESS)
    }),
    ("files of an error report", |hand| {
        for file in [r"C:\Windows\System32\LogFiles\Scm\SCM.EVM", r"C:\Windows\WinSxS\pending.xml"] {
            hand.open(file, Open::READ, SUCCESS)?;
            hand.close(file)?;
        }
        hand.open(r"C:\Windows\WinSxS\pending.xml.bad", Open::ATTRIBUTES, NAME_NOT_FOUND)?;
        hand.save(r"C:\Windows\Logs\CBS\FilterList.log")
    }),
    ("failure of an installer", |hand| {
        hand.set_value(r"HKLM\COMPONENTS\AIFailureInformation", Value::Sz("Installer: x"), SUCCESS)
    }),
    ("failure of poqexec", |hand| {
        hand.set_value(r"HKLM\COMPONENTS\PoqexecFailure", Value::Dword(1), SUCCESS)
    }),
    ("all of it", |hand| {
        for (_, show) in SIGNS.iter().take(3) {
            show(hand)?;
        }
        Ok(())
    }),
];
