//! What `bootrace explain` answers.

use proptest::prelude::*;
use status_codes::{ExplainError, Explanation, NtStatus, Space, Verified, explain};

fn readings(input: &str) -> Vec<(Space, u32)> {
    let found = explain(input).unwrap_or_else(|error| panic!("{error}"));
    found.readings.iter().map(|reading| (reading.space, reading.code)).collect()
}

fn only(input: &str) -> (Space, u32) {
    let found = readings(input);
    assert_eq!(found.len(), 1, "{input}: {found:x?}");
    found[0]
}

#[test]
fn numbers_in_the_forms_of_the_logs() {
    assert_eq!(only("0x80071ab1"), (Space::HResult, 0x8007_1AB1));
    assert_eq!(only("80071ab1"), (Space::HResult, 0x8007_1AB1), "as CBS prints it");
    assert_eq!(only("80070005"), (Space::HResult, 0x8007_0005), "eight decimal digits are hexadecimal");
    assert_eq!(only("2147942405"), (Space::HResult, 0x8007_0005));
    assert_eq!(only("-2147023143"), (Space::HResult, 0x8007_06D9));
    assert_eq!(only("0xffffffff80070005"), (Space::HResult, 0x8007_0005), "sign extended");
    assert_eq!(only("0x00000000c0190019"), (Space::NtStatus, 0xC019_0019), "as poqexec prints it");
    assert_eq!(only("C0190019"), (Space::NtStatus, 0xC019_0019));
    assert_eq!(only("0xd000042a"), (Space::HResult, 0xD000_042A));
    assert_eq!(only("5"), (Space::Win32, 5));
    assert_eq!(only("%%298"), (Space::Win32, 298));
    assert_eq!(only("0xe0000100"), (Space::Win32, 0xE000_0100));
    assert_eq!(only(" [0x80070003] "), (Space::HResult, 0x8007_0003));
    assert_eq!(only("0xC0FFEE00"), (Space::NtStatus, 0xC0FF_EE00));
}

#[test]
fn names_calls_and_texts() {
    assert_eq!(only("error_access_denied"), (Space::Win32, 5));
    assert_eq!(only("STATUS_LOG_FULL"), (Space::NtStatus, 0xC01A_001D));
    assert_eq!(only("HRESULT_FROM_WIN32(1753)"), (Space::HResult, 0x8007_06D9));
    assert_eq!(only("HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)"), (Space::HResult, 0x8007_0002));
    assert_eq!(only("HRESULT_FROM_NT(STATUS_REQUEST_OUT_OF_SEQUENCE)"), (Space::HResult, 0xD000_042A));
    assert_eq!(only("HRESULT_FROM_SETUPAPI(0xE0000100)"), (Space::HResult, 0x800F_0100));
    assert_eq!(only("\"ACCESS DENIED\""), (Space::NtStatus, 0xC000_0022));
    assert_eq!(only("CBS_E_INSTALLERS_FAILED"), (Space::HResult, 0x800F_0922));
    assert_eq!(
        readings("log growth failed"),
        [(Space::NtStatus, 0xC019_0019), (Space::Win32, 6833)],
        "names without their first word"
    );
}

#[test]
fn messages_of_a_chinese_windows_and_codes_of_windows_setup() {
    assert_eq!(only("拒绝访问"), (Space::Win32, 5));
    assert_eq!(only("拒绝访问。"), (Space::Win32, 5));
    assert_eq!(only("0xC1900101-0x30018").1, 0xC190_0101);
    let said = explain("0xC1900101 - 0x20017").unwrap().to_string();
    assert!(said.contains("phase SAFE_OS, operation BOOT"), "{said}");
    assert!(explain("5").unwrap().to_string().contains("拒绝访问。"));
    // What no zh-CN Windows was seen to print says so.
    assert!(explain("1722").unwrap().to_string().contains("not checked"));
}

#[test]
fn a_code_within_a_log_line() {
    assert_eq!(only("[HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]"), (Space::HResult, 0x800F_0922));
    assert_eq!(only("gle=0xd000042a"), (Space::HResult, 0xD000_042A));
    assert_eq!(only("failed: HRESULT_FROM_WIN32(1058). Failure"), (Space::HResult, 0x8007_0422));
}

#[test]
fn ambiguous_numbers_give_every_reading() {
    assert_eq!(readings("259"), [(Space::Win32, 259), (Space::NtStatus, 0x103)]);
    assert_eq!(readings("0"), [(Space::Win32, 0), (Space::NtStatus, 0), (Space::HResult, 0)]);
    assert_eq!(
        readings("0x8000001A"),
        [(Space::NtStatus, 0x8000_001A), (Space::HResult, 0x8000_001A)],
        "one that Process Monitor prints comes first"
    );
    let texts = readings("offload read file not supported");
    assert_eq!(texts, [(Space::NtStatus, 0xC000_A2A3), (Space::NtStatus, 0xC000_A2A4)]);
}

#[test]
fn what_cannot_be_a_code_is_said() {
    assert_eq!(explain("  \"\" "), Err(ExplainError::Empty));
    assert_eq!(explain("0x100000000").map_err(|error| error.name()), Err("too-large"));
    assert_eq!(explain("-2147483649").map_err(|error| error.name()), Err("too-large"));
    assert_eq!(explain("99999999999999999999999").map_err(|error| error.name()), Err("too-large"));
    let error = explain("nonsense").expect_err("not a code").to_string();
    assert!(error.starts_with("nonsense: not a number"), "{error}");
}

#[test]
fn documented_servicing_failures_have_words() {
    for code in [
        "0x800f0922",
        "0x800f0920",
        "0x80071ab1",
        "0x800719e4",
        "0x80070bc9",
        "0x80073712",
        "0x80073701",
        "0x80070308",
        "0x80070bc2",
        "0xd000042a",
        "C0190003",
        "0x80070422",
        "0x800706d9",
        "800106d9",
        "0xe0000100",
        "0x80071a91",
        "0x80070490",
        "0x8007045b",
        "800f0207",
        "0x800705aa",
        "0x8007371d",
    ] {
        let found = explain(code).expect("a code");
        assert!(found.readings[0].meaning.is_some(), "{code} has no meaning");
        assert!(found.readings[0].servicing.is_some(), "{code} has no words on servicing");
    }
}

#[test]
fn a_code_lends_no_words_to_what_merely_maps_to_it() {
    let quota = explain("STATUS_ALREADY_COMMITTED").expect("a name");
    assert_eq!(quota.readings[0].win32[0].code.0, 5);
    assert_eq!(quota.readings[0].meaning, None, "access denied is not what this status means");
}

#[test]
fn the_likeliest_status_comes_first() {
    let found = explain("5").expect("a code");
    let statuses: Vec<NtStatus> = found.readings[0].ntstatuses.iter().map(|form| form.code).collect();
    assert_eq!(statuses[0], NtStatus(0xC000_0022), "the one with the same name");
    assert_eq!(statuses[1], NtStatus(0xC000_00BA), "seen in an export of Process Monitor");
    assert!(statuses.len() > 10);
}

#[test]
fn what_is_not_verified_says_so() {
    let found = explain("0x80071ab1").expect("a code");
    assert_eq!(found.readings[0].ntstatuses[0].evidence.verified, Verified::Partial);
    let text = found.to_string();
    assert!(text.contains("NTSTATUS: partial, matched by name only"), "{text}");
    let rpc = explain("800106d9").expect("a code");
    assert_eq!(rpc.readings[0].win32[0].code.0, 1753);
    assert!(rpc.to_string().contains("Win32: partial, low word"), "{rpc}");
    let unknown = explain("0xC0FFEE00").expect("a number").to_string();
    assert!(unknown.contains("no name known") && unknown.contains("name: no, "), "{unknown}");
}

#[test]
fn the_lines_for_a_terminal() {
    let expected = "\
C0190019
NTSTATUS 0xC0190019  STATUS_LOG_GROWTH_FAILED
  Says          error, facility 25 (TRANSACTION)
  HRESULT       0x80071AB1  HRESULT_FROM_WIN32(ERROR_LOG_GROWTH_FAILED)
                0xD0190019  HRESULT_FROM_NT(STATUS_LOG_GROWTH_FAILED)
  Win32         6833 (0x1AB1)  ERROR_LOG_GROWTH_FAILED
  Procmon       0xC0190019
  Meaning       The resource manager needed more space in its log and could not get it.
  In servicing  The transaction of the update (file system or registry) cannot go on and is rolled
                back.
  Verified      Procmon: partial, no text in any table, so printed as a number
                Win32: partial, matched by name only; no table of Windows seen
                name: yes, constant in Microsoft's Windows metadata";
    assert_eq!(explain("C0190019").expect("a code").to_string(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_explained_or_refused(input: String) {
        let _ = explain(&input).map(|found: Explanation| found.to_string());
    }

    #[test]
    fn anything_like_a_code_is_explained_or_refused(input in r#"[-0-9a-fA-FxX_()%\[\]"' =HRESULTFOMWIN32Nt…]{0,40}"#) {
        let _ = explain(&input).map(|found: Explanation| found.to_string());
    }

    #[test]
    fn every_number_has_a_reading_in_every_form(code: u32) {
        let signed = i64::from(code.cast_signed());
        for form in [format!("{code:#x}"), format!("{code:08X}"), format!("{code:010}"), format!("{signed:011}")] {
            let found = explain(&form).expect("a code of 32 bits");
            prop_assert!(!found.readings.is_empty());
            prop_assert!(found.readings.iter().all(|reading| reading.code == code), "{}", form);
        }
    }
}

#[test]
fn explains_in_chinese() {
    let text = explain("0x80071ab1").unwrap().chinese();
    for piece in [
        "  解析          错误，设施 7 (WIN32)",
        "含义          资源管理器的事务日志需要更多空间，但未能取得。",
        "服务堆栈中    更新的事务（文件系统或注册表）无法继续",
        "核实情况      NTSTATUS：部分核实，",
    ] {
        assert!(text.contains(piece), "{piece}: {text}");
    }
    for code in
        ["0x80070005", "ACCESS DENIED", "0xC1900101-0x30018", "拒绝访问", "0x80d02002", "0xc000021a", "6800"]
    {
        let text = explain(code).unwrap().chinese();
        for english in
            ["Says", "Meaning", "In servicing", "Verified", "known", "map to it", "facility", " (the "]
        {
            assert!(!text.contains(english), "{code} has {english}: {text}");
        }
        let wide = |line: &str| line.chars().map(|c| if c > '\u{2E80}' { 2 } else { 1 }).sum::<usize>();
        let row = |line: &&str| !line.contains("Procmon: ");
        assert!(text.lines().filter(row).all(|line| wide(line) <= 100), "{text}");
    }
    assert!(explain("no such thing").unwrap_err().chinese().contains("不是数字"));
}
