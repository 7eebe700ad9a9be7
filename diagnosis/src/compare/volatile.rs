//! Registry values that differ between any two boots: times, counters, ids, invented names.

use super::normalise::normalise;

/// Words in the name of a value that changes with every boot, lower case.
const NAMES: &[&str] = &[
    "time",
    "date",
    "tick",
    "count",
    "counter",
    "sequence",
    "session",
    "handle",
    "cookie",
    "seed",
    "nonce",
    "guid",
    "uuid",
    "hash",
    "checksum",
    "processid",
    "threadid",
    "pid",
    "lease",
    "expir",
    "uptime",
    "lastboot",
    "bootid",
];
/// Names with such a word whose values are settings.
const SETTINGS: &[&str] = &["timeout", "runtime", "update", "validate", "candidate", "sessionmanager"];
/// FILETIMEs of the years 1990 to 2100.
const FILETIMES: std::ops::Range<u64> = 122_746_752_000_000_000..157_766_880_000_000_000;
/// Seconds since 1970 of the years 2000 to 2100.
const SECONDS: std::ops::Range<u64> = 946_684_800..4_102_444_800;

/// Whether a value that differs says nothing. The texts are `Type: REG_…, Length: …, Data: …`.
pub(super) fn is_volatile(path: &str, good: &str, bad: &str, pid: u32) -> bool {
    let name = path.rsplit('\\').next().unwrap_or_default().to_ascii_lowercase();
    let named = SETTINGS.iter().fold(name, |name, setting| name.replace(setting, ""));
    if NAMES.iter().any(|word| named.contains(word)) {
        return true;
    }
    let (Some(good), Some(bad)) = (Parts::of(good), Parts::of(bad)) else { return false };
    if good.kind != bad.kind {
        return false;
    }
    if good.is_time() && bad.is_time() {
        return true;
    }
    // Of a number every digit counts; in a text, ids and versions are masked.
    let is_text = matches!(good.kind, "REG_SZ" | "REG_EXPAND_SZ" | "REG_MULTI_SZ" | "REG_LINK");
    is_text && normalise(good.data, pid).text == normalise(bad.data, pid).text
}

struct Parts<'t> {
    kind: &'t str,
    data: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (kind, rest) = text.strip_prefix("Type: ")?.split_once(", ")?;
        let data = rest.strip_prefix("Length: ").map_or(Some(rest), |r| Some(r.split_once(", ")?.1))?;
        Some(Self { kind, data: data.strip_prefix("Data: ")? })
    }

    fn is_time(&self) -> bool {
        let number = || self.data.replace(',', "").parse::<u64>().ok();
        match self.kind {
            "REG_QWORD" => number().is_some_and(|n| FILETIMES.contains(&n)),
            "REG_DWORD" => number().is_some_and(|n| SECONDS.contains(&n)),
            "REG_BINARY" => self.eight_bytes().is_some_and(|n| FILETIMES.contains(&n)),
            _ => false,
        }
    }

    /// `00 80 3E D5 DE B1 9D 01` as a number.
    fn eight_bytes(&self) -> Option<u64> {
        let bytes: Result<Vec<u8>, _> =
            self.data.split_ascii_whitespace().map(|byte| u8::from_str_radix(byte, 16)).collect();
        Some(u64::from_le_bytes(bytes.ok()?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn volatile(name: &str, good: &str, bad: &str) -> bool {
        let text = |data: &str| data.replacen(' ', ", Length: 4, Data: ", 1);
        let (good, bad) = (format!("Type: {}", text(good)), format!("Type: {}", text(bad)));
        is_volatile(&format!(r"HKLM\Software\X\{name}"), &good, &bad, 7)
    }

    #[test]
    fn settings_count_and_times_and_ids_do_not() {
        for (name, good, bad) in [
            ("Start", "REG_DWORD 2", "REG_DWORD 4"),
            ("Limit", "REG_DWORD 20000", "REG_DWORD 60000"),
            ("ServicesPipeTimeout", "REG_DWORD 30000", "REG_DWORD 60000"),
            ("ImagePath", r"REG_EXPAND_SZ C:\a.exe", r"REG_EXPAND_SZ C:\b.exe"),
            ("Start", "REG_DWORD 2", "REG_SZ 2"),
            ("Blob", "REG_BINARY 00 01", "REG_BINARY 00 02"),
            ("UpdateLevel", "REG_SZ high", "REG_SZ low"),
        ] {
            assert!(!volatile(name, good, bad), "{name} {good} {bad}");
        }
        for (name, good, bad) in [
            ("InstallTime", "REG_DWORD 1", "REG_DWORD 2"),
            ("x", "REG_QWORD 133500000000000000", "REG_QWORD 133600000000000000"),
            ("x", "REG_BINARY 00 00 05 69 36 C0 D5 01", "REG_BINARY 00 00 05 69 36 C1 D5 01"),
            ("x", "REG_DWORD 1,700,000,000", "REG_DWORD 1,710,000,000"),
            ("Id", "REG_SZ 30812345_1234567", "REG_SZ 30899999_7654321"),
            (
                "Owner",
                "REG_SZ {11111111-2222-3333-4444-555555555555}",
                "REG_SZ {99999999-2222-3333-4444-555555555555}",
            ),
        ] {
            assert!(volatile(name, good, bad), "{name} {good} {bad}");
        }
    }
}
