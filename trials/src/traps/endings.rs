//! Results that look like failures, each with the act that shows at once that nothing failed. Each can be a thread's last act.

use anyhow::Result;

use status_codes::status::OPLOCK_NOT_GRANTED;

use super::acts::{ACCESS_DENIED, Hand, MILLISECOND, NAME_COLLISION, Open, SHARING_VIOLATION, SUCCESS};

const KEY_ALL: u32 = 0xF_003F;
const KEY_READ: u32 = 0x2_0019;

/// What it is, the status, and how it is met. The text is a name that is new each time.
pub(crate) type Ending = (&'static str, u32, fn(&mut Hand<'_>, &str) -> Result<()>);

/// All of them.
pub(crate) const ENDINGS: &[Ending] = &[
    ("every right to a file, then a read", ACCESS_DENIED, |hand, name| {
        let file = format!(r"C:\Windows\System32\{name}.dll");
        hand.open(&file, Open::EVERYTHING, ACCESS_DENIED)?;
        hand.open(&file, Open::READ, SUCCESS)?;
        hand.close(&file)
    }),
    ("every right to a key, then a read", ACCESS_DENIED, |hand, name| {
        let key = format!(r"HKLM\Software\Classes\Interface\{name}");
        hand.open_key(&key, KEY_ALL, ACCESS_DENIED)?;
        hand.open_key(&key, KEY_READ, SUCCESS)
    }),
    ("a key that is made or opened, then read", ACCESS_DENIED, |hand, name| {
        let key = format!(r"HKLM\System\CurrentControlSet\Enum\ROOT\{name}");
        hand.create_key(&key, KEY_ALL, ACCESS_DENIED)?;
        hand.open_key(&key, KEY_READ, SUCCESS)
    }),
    ("a temporary folder that exists", NAME_COLLISION, |hand, name| {
        hand.open(&format!(r"C:\Windows\Temp\{name}"), Open::FOLDER, NAME_COLLISION)
    }),
    ("folders of the store that exist", NAME_COLLISION, |hand, name| {
        hand.open(r"C:\Windows\WinSxS\Temp", Open::FOLDER, NAME_COLLISION)?;
        hand.open(&format!(r"C:\Windows\WinSxS\Temp\{}", &name[..4]), Open::FOLDER, NAME_COLLISION)
    }),
    ("hives that Windows holds", SHARING_VIOLATION, |hand, _| {
        for hive in ["SYSTEM", "SOFTWARE", "SECURITY"] {
            hand.open(&format!(r"C:\Windows\System32\config\{hive}"), Open::READ, SHARING_VIOLATION)?;
            hand.open(&format!(r"C:\Windows\System32\config\{hive}.LOG2"), Open::READ, SHARING_VIOLATION)?;
        }
        Ok(())
    }),
    ("an event log that its service holds", SHARING_VIOLATION, |hand, _| {
        hand.open(r"C:\Windows\System32\winevt\Logs\Setup.evtx", Open::READ, SHARING_VIOLATION)
    }),
    ("one folder after the other that is refused", ACCESS_DENIED, |hand, name| {
        for folder in [r"C:\System Volume Information", r"C:\Windows\CSC", r"C:\ProgramData\Private"] {
            hand.open(&format!(r"{folder}\{}", &name[..4]), Open::LIST, ACCESS_DENIED)?;
            hand.now += MILLISECOND;
        }
        Ok(())
    }),
    ("one file after the other that is in use", SHARING_VIOLATION, |hand, name| {
        for number in 0..4 {
            hand.open(&format!(r"C:\Windows\System32\{name}{number}.dat"), Open::READ, SHARING_VIOLATION)?;
        }
        Ok(())
    }),
    ("texts beside a file", ACCESS_DENIED, |hand, name| {
        hand.open(&format!(r"C:\Windows\System32\en-US\{name}.dll.mui"), Open::READ, ACCESS_DENIED)
    }),
    ("an oplock that is not given", OPLOCK_NOT_GRANTED, |hand, name| {
        let file = format!(r"C:\Windows\System32\{name}.dll");
        hand.open(&file, Open::READ, SUCCESS)?;
        hand.ask_oplock(&file, OPLOCK_NOT_GRANTED)?;
        hand.close(&file)
    }),
];
