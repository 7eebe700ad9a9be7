//! NTSTATUS, Win32 and HRESULT codes: names, conversions and the texts Process Monitor prints for them.
#![forbid(unsafe_code)]

mod tables {
    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}

/// The text Process Monitor prints in its Result column for `ntstatus`; empty for a pending operation.
///
/// `None` for a status Process Monitor has no text for: it prints such a status as `0x%X`.
pub fn procmon_result_text(ntstatus: u32) -> Option<&'static str> {
    let at = tables::PROCMON.binary_search_by_key(&ntstatus, |row| row.0).ok()?;
    tables::PROCMON.get(at).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::procmon_result_text;

    #[test]
    fn procmon_texts_of_common_results() {
        assert_eq!(procmon_result_text(0), Some("SUCCESS"));
        assert_eq!(procmon_result_text(0x103), Some(""));
        assert_eq!(procmon_result_text(0xC000_0022), Some("ACCESS DENIED"));
        assert_eq!(procmon_result_text(0xC019_0019), None);
    }
}
