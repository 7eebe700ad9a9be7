//! The texts of Process Monitor, compared with its own exports of real logs.

use crate::support;

use std::collections::BTreeMap;

use status_codes::{NtStatus, ProcmonResult, Verified, ntstatuses_of_procmon_text, procmon_result_text};

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// The results of a PML's events in the order of its offset array: header fields 0x234 (count) and 0x248 (offset of
/// the array of 5-byte entries), event field 0x24 (result).
fn results(pml: &[u8]) -> Vec<u32> {
    let array = u32_at(pml, 0x248) as usize;
    let entries = 0..u32_at(pml, 0x234) as usize;
    entries.map(|at| u32_at(pml, u32_at(pml, array + 5 * at) as usize + 0x24)).collect()
}

#[test]
fn every_result_of_the_exports_is_printed_alike() {
    let logs = ["LogFileUTC64Filesystem", "LogfileTests32bitUTC", "LogfileTests64bitUTC", "Noriben-v7-xp32"];
    let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
    for log in logs {
        let Some(pml) = test_data::bytes(&format!("pml/{log}.PML")) else { return };
        let Some(csv) = test_data::bytes(&format!("pml/{log}.csv")) else { return };
        let rows = support::csv(&String::from_utf8(csv).expect("the export is UTF-8"));
        let column = rows[0].iter().position(|name| name == "Result").expect("a column Result");
        let results = results(&pml);
        assert_eq!(results.len(), rows.len() - 1, "{log}");
        for (status, row) in results.into_iter().zip(&rows[1..]) {
            assert_eq!(ProcmonResult(status).to_string(), row[column], "{log}: {}", NtStatus(status));
            *seen.entry(status).or_default() += 1;
        }
    }
    assert_eq!(seen.values().sum::<usize>(), 118_336);
    for status in seen.keys().filter(|status| procmon_result_text(**status).is_some()) {
        assert_eq!(ProcmonResult(*status).evidence().verified, Verified::Yes, "{}", NtStatus(*status));
    }
}

#[test]
fn a_status_without_a_text_is_printed_as_its_number() {
    assert_eq!(procmon_result_text(0xC000_046F), None);
    assert_eq!(ProcmonResult(0xC000_046F).to_string(), "0xC000046F");
    assert_eq!(ProcmonResult(0x10D).to_string(), "0x10D");
    assert_eq!(ProcmonResult(0xC019_0019).evidence().verified, Verified::Partial);
}

#[test]
fn a_text_gives_every_status_that_prints_it() {
    let statuses = |text| ntstatuses_of_procmon_text(text).map(|status| status.0).collect::<Vec<_>>();
    assert_eq!(statuses("access denied"), [0xC000_0022]);
    assert_eq!(statuses("OFFLOAD READ FILE NOT SUPPORTED"), [0xC000_A2A3, 0xC000_A2A4]);
    assert_eq!(statuses("BAD NETWORK NAME"), [0xC000_00CC, 0xC000_00D4]);
    assert_eq!(statuses("no such text"), []);
}

#[test]
fn the_lookup_is_cheap_enough_for_every_event() {
    // 5 million lookups take well under a second even unoptimized; a scan or an allocation each would not.
    let start = std::time::Instant::now();
    let codes = [0, 0xC000_0034, 0x103, 0xC01C_0004, 0xC019_0019];
    let found =
        codes.iter().cycle().take(5_000_000).filter(|code| procmon_result_text(**code).is_some()).count();
    assert_eq!(found, 4_000_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
