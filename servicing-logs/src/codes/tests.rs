use super::*;
use CodeForm as F;
use CodeValue as V;

#[test]
fn every_form_of_the_logs() {
    type Found = (V<'static>, F, &'static str);
    let cases: &[(&str, &[Found])] = &[
        (
            "Doqe: Failed installing driver updates [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
            &[(V::Hresult(0x80070003), F::BracketHresult, "0x80070003")],
        ),
        (
            "with HRESULT HRESULT_FROM_WIN32(1058).  Failure will not be ignored[gle=0x80004005]",
            &[
                (V::Win32(1058), F::HresultFromWin32, "HRESULT_FROM_WIN32(1058)"),
                (V::Hresult(0x80004005), F::GleFiller, "gle=0x80004005"),
            ],
        ),
        (
            "Completion status: HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)",
            &[(V::Win32(2), F::HresultFromWin32, "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)")],
        ),
        (
            "NTSTATUS_FROM_WIN32(ERROR_INVALID_DATA) #6317935# from CCSDirectTransaction[gle=0xd007000d]",
            &[
                (V::Win32(13), F::NtstatusFromWin32, "NTSTATUS_FROM_WIN32(ERROR_INVALID_DATA)"),
                (V::Ntstatus(0xC007000D), F::Gle, "gle=0xd007000d"),
            ],
        ),
        (
            "STATUS_NOT_SUPPORTED #14706236# from CFileInstaller::DoComponentOperation(...)[gle=0xd00000bb]",
            &[
                (V::Ntstatus(0xC00000BB), F::Name, "STATUS_NOT_SUPPORTED"),
                (V::Ntstatus(0xC00000BB), F::Gle, "gle=0xd00000bb"),
            ],
        ),
        (
            "with HRESULT 800f0207 [Error,Facility=(000f),Code=519 (0x0207)].",
            &[(V::Hresult(0x800f0207), F::ErrorFacility, "800f0207")],
        ),
        (
            "Binary Name: containerai.dll\tErrorCode: 800706d9\tPhase: 39",
            &[(V::Hresult(0x800706d9), F::BareHex, "800706d9")],
        ),
        ("for client id X with status -2147023143", &[(V::Hresult(0x800706d9), F::Decimal, "-2147023143")]),
        (
            "tts.dll with NTSTATUS -1073283059. Matching",
            &[(V::Ntstatus(0xC007000D), F::Decimal, "-1073283059")],
        ),
        ("INSTALL index: 69, phase: 1, result 3, inf: ntprint4.inf", &[(V::Win32(3), F::DecimalWin32, "3")]),
        (
            "[HRESULT = 0xe0000100 - Unknown Error]",
            &[(V::Hresult(0xe0000100), F::BracketHresult, "0xe0000100")],
        ),
        (
            "Exec: Failed to commit CBS transaction [0x80071a91 ERROR_RM_NOT_ACTIVE]",
            &[(V::Hresult(0x80071a91), F::Bracket, "0x80071a91")],
        ),
        (
            "Error C0190003 applying update operation 21417 of 247778",
            &[(V::Ntstatus(0xC0190003), F::BareHex, "C0190003")],
        ),
        (
            "DISM Package Manager processed the command line but failed. HRESULT=800F081F.",
            &[(V::Hresult(0x800f081f), F::BareHex, "800F081F")],
        ),
        ("CSetupHost::Execute(433): Result = 0xC1900101", &[(V::Hresult(0xC1900101), F::Hex, "0xC1900101")]),
        (
            "mispace.mof: error SYNTAX 0X8004402f: Error creating temporary file",
            &[(V::Hresult(0x8004402f), F::Hex, "0X8004402f")],
        ),
        ("completed startup processing, new state: Installed. hr = 0x0", &[(V::Hresult(0), F::Keyed, "0x0")]),
        (
            "Setting original failure status: 0x80070003, last forward",
            &[(V::Hresult(0x80070003), F::Keyed, "0x80070003")],
        ),
    ];
    for (text, expected) in cases {
        let found = find_codes(text.as_bytes());
        let found: Vec<_> =
            found.iter().map(|code| (code.value, code.form, text.get(code.span.clone()).unwrap())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn what_is_no_code() {
    for text in [
        "CSI Transaction @0x80adf600 destroyed",
        "flags = 0x0000000a, handle @0x15d08",
        "Order ID 1234-5678901234 and ~amd64~~10.0.22621.1",
        "pid: 1314 (0x01cfdde62dc9d918)",
        "",
    ] {
        assert_eq!(find_codes(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn reboot_required_is_not_success() {
    let code =
        primary_code(b"Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]").unwrap();
    assert_eq!(code.value, V::Hresult(0x80070bc2));
    assert!(code.value.is_failure());
}

#[test]
fn filler_is_never_primary() {
    assert_eq!(primary_code(b"Attempting to mark store corrupt[gle=0x80004005]"), None);
    let code = primary_code(b"STATUS_NOT_SUPPORTED #1# from X[gle=0xd00000bb]").unwrap();
    assert_eq!(code.value, V::Ntstatus(0xC00000BB));
}

#[test]
fn conversions() {
    assert_eq!(V::Win32(1753).hresult(), Some(0x800706d9));
    assert_eq!(V::Ntstatus(0xC007000D).hresult(), Some(0x8007000d));
    assert_eq!(V::Ntstatus(0xC0190019).hresult(), Some(0xD0190019));
    assert_eq!(V::Win32(0).hresult(), Some(0));
}

#[test]
fn status_at_the_start() {
    assert_eq!(leading_status(b"S_OK "), Some(V::Hresult(0)));
    assert_eq!(leading_status(b"HRESULT_FROM_WIN32(1753) "), Some(V::Win32(1753)));
    assert_eq!(leading_status(b"800f0207 [Error,Facility=(000f)]"), Some(V::Hresult(0x800f0207)));
    assert_eq!(leading_status(b"unknown"), None);
}
