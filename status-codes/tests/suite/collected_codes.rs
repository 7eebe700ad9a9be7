//! The codes collected from documented servicing failures agree with the tables.

use crate::support;

use status_codes::{HResult, NtStatus, ProcmonResult, Win32Error};

fn hex(cell: &str) -> Option<u32> {
    u32::from_str_radix(cell.strip_prefix("0x")?, 16).ok()
}

#[test]
fn every_collected_row_agrees() {
    let Some(text) = test_data::text("../domain/codes.csv") else { return };
    let rows = support::csv(&text);
    assert!(rows.len() > 150, "codes.csv has {} rows", rows.len());
    let mut wrong = Vec::new();
    for row in &rows[1..] {
        let [name, ntstatus, win32, hresult, procmon, ..] = row.as_slice() else {
            panic!("short row {row:?}")
        };
        let mut check = |agrees: bool, what: &str| {
            if !agrees {
                wrong.push(format!("{name}: {what}"));
            }
        };
        let named = |names: Vec<&str>| names.iter().any(|known| known == name);
        let status = hex(ntstatus).map(NtStatus);
        let win32 = win32.parse().ok().map(Win32Error);
        match (status, win32, hex(hresult)) {
            (Some(status), ..) => check(named(status.names().collect()), "NTSTATUS name"),
            (None, Some(code), _) => check(named(code.names().collect()), "Win32 name"),
            (None, None, Some(code)) => check(named(HResult(code).names().collect()), "HRESULT name"),
            (None, None, None) => check(false, "no code"),
        }
        if let (Some(status), Some(code)) = (status, win32) {
            // The collection gives STATUS_NO_SUCH_DEVICE the Win32 code 2, which is right for Windows 10 1809 and
            // older only: 433 since.
            let known = status.to_win32();
            // It gives STATUS_SYSTEM_SHUTDOWN the 1115 of an old table; Windows answers 641, ERROR_SYSTEM_SHUTDOWN.
            if (status, code) == (NtStatus(0xC000_02EB), Win32Error(1115)) {
                assert_eq!(known.map(|pair| pair.win32), Some(Win32Error(641)));
                continue;
            }
            let answers = known.iter().flat_map(|pair| [Some(pair.win32), pair.older]).flatten();
            check(answers.into_iter().any(|answer| answer == code), "NTSTATUS to Win32");
            check(code.ntstatuses().any(|pair| pair.ntstatus == status), "Win32 to NTSTATUS");
        }
        if let (Some(code), Some(hresult)) = (win32, hex(hresult)) {
            check(code.to_hresult() == HResult(hresult), "Win32 to HRESULT");
            check(HResult(hresult).win32() == Some(code), "HRESULT to Win32");
        }
        if let Some(status) = status {
            // It has BAD NETWORK NAME for STATUS_NOT_SAME_DEVICE, as an older table does, and marks it doubtful: the
            // newer tables have NOT SAME DEVICE, and BAD NETWORK NAME for STATUS_BAD_NETWORK_NAME.
            let text = if procmon == "(empty)" { "" } else { procmon };
            let result = ProcmonResult(status.0);
            let other = result.other_text().is_some_and(|(other, _)| other == text);
            check(result.to_string() == text || other, "Process Monitor's text");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
