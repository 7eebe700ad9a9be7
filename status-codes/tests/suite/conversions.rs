//! Conversions, both ways, and what the tables promise.

use std::collections::BTreeSet;

use proptest::prelude::*;
use status_codes::{HResult, NtStatus, Severity, Verified, Win32Error};

fn win32_of(status: u32) -> Option<u32> {
    NtStatus(status).to_win32().map(|pair| pair.win32.0)
}

#[test]
fn the_rules_of_rtl_nt_status_to_dos_error() {
    assert_eq!(win32_of(0), Some(0));
    assert_eq!(win32_of(0xD000_042A), Some(776), "0xD… is 0xC…");
    assert_eq!(win32_of(0xE000_0100), Some(0xE000_0100), "customer codes stay");
    assert_eq!(win32_of(0xC007_0005), Some(5), "made of Win32 5");
    assert_eq!(win32_of(0x8007_0005), Some(5), "an HRESULT as status");
    assert_eq!(win32_of(0xC001_06D9), Some(1753));
    assert_eq!(win32_of(0xC0FF_EE00), None);
    assert_eq!(win32_of(0x0000_0104), Some(741));
}

#[test]
fn many_statuses_map_to_one_error_and_all_are_kept() {
    let denied: BTreeSet<u32> = Win32Error(5).ntstatuses().map(|pair| pair.ntstatus.0).collect();
    assert!(denied.is_superset(&[0xC000_0022, 0xC000_0056, 0xC000_00BA, 0xC000_0121, 0xC000_0123].into()));
    let growth: Vec<_> = Win32Error(6833).ntstatuses().collect();
    assert_eq!(growth.len(), 1);
    assert_eq!(growth[0].ntstatus, NtStatus(0xC019_0019));
    assert_eq!(growth[0].evidence.verified, Verified::Partial, "matched by name only");
    assert_eq!(Win32Error(0xFFFF).ntstatuses().count(), 0);
}

#[test]
fn older_windows_is_told_apart() {
    let pair = NtStatus(0xC000_000E).to_win32().expect("STATUS_NO_SUCH_DEVICE is mapped");
    assert_eq!((pair.win32, pair.older), (Win32Error(433), Some(Win32Error(2))));
    let back = Win32Error(2).ntstatuses().find(|pair| pair.ntstatus == NtStatus(0xC000_000E));
    assert_eq!(back.map(|pair| pair.win32), Some(Win32Error(433)));
}

#[test]
fn hresults_and_what_they_are_made_of() {
    assert_eq!(Win32Error(5).to_hresult(), HResult(0x8007_0005));
    assert_eq!(Win32Error(0).to_hresult(), HResult(0));
    assert_eq!(Win32Error(0x8024_0022).to_hresult(), HResult(0x8024_0022), "an HRESULT already");
    assert_eq!(Win32Error(0xE000_0100).to_hresult(), HResult(0x800F_0100));
    assert_eq!(HResult(0x800F_0100).win32(), Some(Win32Error(0xE000_0100)));
    assert_eq!(HResult(0x800F_0922).win32(), None, "servicing's own");
    assert_eq!(HResult(0x800F_0922).name(), Some("CBS_E_INSTALLERS_FAILED"));
    assert_eq!(HResult(0xD000_042A).ntstatus(), Some(NtStatus(0xC000_042A)));
    assert_eq!(NtStatus(0xC000_042A).to_hresult(), HResult(0xD000_042A));
    let spelled = HResult(0x8007_1AB1).spelled();
    assert_eq!(spelled.as_deref(), Some("HRESULT_FROM_WIN32(ERROR_LOG_GROWTH_FAILED)"));
    assert_eq!(HResult(0x8007_FFFE).spelled().as_deref(), Some("HRESULT_FROM_WIN32(65534)"));
}

#[test]
fn a_servicing_code_keeps_its_older_name() {
    let names: Vec<_> = HResult(0x800F_0825).names().collect();
    assert_eq!(names, ["CBS_E_CANNOT_REMOVE", "CBS_E_CANNOT_UNINSTALL"]);
    assert_eq!(HResult::named("cbs_e_cannot_uninstall").collect::<Vec<_>>(), [HResult(0x800F_0825)]);
}

#[test]
fn severity_and_facility() {
    let status = NtStatus(0xC019_0019);
    assert_eq!(
        (status.severity(), status.facility(), status.facility_name()),
        (Severity::Error, 25, Some("TRANSACTION"))
    );
    assert_eq!(NtStatus(0x8000_0005).severity(), Severity::Warning);
    assert_eq!(NtStatus(0x4000_0016).severity(), Severity::Informational);
    let result = HResult(0x8024_0022);
    assert_eq!((result.facility(), result.facility_name(), result.code()), (36, Some("WINDOWSUPDATE"), 0x22));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_survives_its_conversions(code: u32) {
        let status = NtStatus(code);
        if let Some(pair) = status.to_win32() && pair.evidence.source.contains("RtlNtStatusToDosError") {
            let plain = if code >> 28 == 0xD { NtStatus(code & !0x1000_0000) } else { status };
            prop_assert!(pair.win32.ntstatuses().any(|back| back.ntstatus == plain));
        }
        prop_assert_eq!(status.to_hresult().ntstatus().map(|back| back.0 | 0x1000_0000), Some(code | 0x1000_0000));
        let win32 = Win32Error(code & 0xFFFF);
        prop_assert_eq!(win32.to_hresult().win32(), Some(win32));
        if let Some(made_of) = HResult(code).win32() {
            prop_assert_eq!(made_of.to_hresult(), HResult(code));
        }
    }

    #[test]
    fn every_name_leads_back_to_its_code(low: u16, top in prop::sample::select(vec![0u32, 0x8000, 0xC000, 0xC019, 0xC015, 0x8007, 0x800F, 0x8024, 0xE000])) {
        let code = top << 16 | u32::from(low);
        for name in NtStatus(code).names() {
            prop_assert!(NtStatus::named(&name.to_lowercase()).any(|found| found.0 == code));
        }
        for name in Win32Error(code).names() {
            prop_assert!(Win32Error::named(name).any(|found| found.0 == code));
        }
        for name in HResult(code).names() {
            prop_assert!(HResult::named(name).any(|found| found.0 == code));
        }
    }
}

#[test]
fn every_row_of_the_mapping_is_found_both_ways() {
    let mut rows = 0;
    for line in include_str!("../../data/mapping.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [status, win32, older, verified, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let status = NtStatus(u32::from_str_radix(&status[2..], 16).expect("a status"));
        let win32 = Win32Error(win32.parse().expect("a Win32 code"));
        let older = older.parse().ok().map(Win32Error);
        for code in [Some(win32), older].into_iter().flatten() {
            let pair = code.ntstatuses().find(|pair| pair.ntstatus == status);
            let pair = pair.unwrap_or_else(|| panic!("{line}: not among the statuses of {code}"));
            assert_eq!((pair.win32, pair.older, pair.evidence.verified.as_str()), (win32, older, verified));
        }
        // A rule comes before the table for a few statuses; both have to say the same.
        assert_eq!(status.to_win32().map(|pair| pair.win32), Some(win32), "{line}");
        rows += 1;
    }
    assert!(rows > 1500, "{rows} rows");
}
