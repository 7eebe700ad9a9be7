//! CBS.log as the scenario's TrustedInstaller and TiWorker write it. It has the line format of real logs, line times
//! in local time, and CSI's `@` times in UTC. Texts are those of public and real logs. No line is here that none of
//! them has.

use pml_reader::FileTime;
use status_codes::HResult;

/// The log as it grows.
#[derive(Debug)]
pub(crate) struct CbsLog {
    text: String,
    utc_offset_minutes: i32,
    /// CSI's counter, from 1 with each start of the servicing stack.
    counter: u32,
    /// Bytes of older lines that the file held when the boot began.
    pub(crate) older: u64,
}

/// An HRESULT as CBS writes it after a text: ` [HRESULT = 0x80070005 - E_ACCESSDENIED]`.
pub(crate) fn hresult(code: u32) -> String {
    let code_name = HResult(code).name().or_else(|| HResult(code).win32()?.name());
    let name = code_name.unwrap_or("Unknown Error");
    format!("[HRESULT = 0x{code:08x} - {name}]")
}

impl CbsLog {
    pub(crate) fn new(utc_offset_minutes: i32, older: u64) -> Self {
        Self { text: String::new(), utc_offset_minutes, counter: 0, older }
    }

    pub(crate) fn text(self) -> String {
        self.text
    }

    /// Bytes so far, with the older ones.
    pub(crate) fn position(&self) -> u64 {
        self.older + self.text.len() as u64
    }

    /// A line of the CBS component. Returns its bytes.
    pub(crate) fn cbs(&mut self, time: u64, level: &str, text: &str) -> u32 {
        self.line(time, level, "CBS", text)
    }

    /// A line of the CSI component, with its counter in front. Returns its bytes.
    pub(crate) fn csi(&mut self, time: u64, level: &str, text: &str) -> u32 {
        self.counter += 1;
        let text = format!("{:08x} {text}", self.counter);
        self.line(time, level, "CSI", &text)
    }

    /// A CSI line that has the time in UTC too.
    pub(crate) fn csi_at(&mut self, time: u64, text: &str) -> u32 {
        self.counter += 1;
        let c = FileTime(time).civil();
        let stamp = format!(
            "{}/{}/{}:{:02}:{:02}:{:02}.{:03}",
            c.year,
            c.month,
            c.day,
            c.hour,
            c.minute,
            c.second,
            c.ticks / 10_000
        );
        let text = format!("{:08x}@{stamp} {text}", self.counter);
        self.line(time, "Info", "CSI", &text)
    }

    fn line(&mut self, time: u64, level: &str, component: &str, text: &str) -> u32 {
        let before = self.text.len();
        let c = FileTime(time).shifted(self.utc_offset_minutes).civil();
        let stamp =
            format!("{}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second);
        self.text.push_str(&format!("{stamp}, {level:<22}{component:<7}{text}\r\n"));
        u32::try_from(self.text.len() - before).unwrap_or(u32::MAX)
    }
}
