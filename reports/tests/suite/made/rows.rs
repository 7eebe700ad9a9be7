//! Rows of the synthetic trace: evidence, failures, counts over time.

use reports::model::*;

use super::{at, span};

pub(super) fn evidence(source: &str, target: &str) -> Vec<EvidenceRow> {
    let row = |relation,
               time,
               index,
               process: (&str, u32, u32),
               operation: &str,
               path: &str,
               result: (&str, &str)| EvidenceRow {
        relation: Some(relation),
        time: at(time),
        source: "boot.pml".into(),
        index: Some(index),
        process: process.0.into(),
        pid: Some(process.1),
        tid: Some(process.2),
        operation: operation.into(),
        path: path.into(),
        result: result.0.into(),
        status: result.1.into(),
        ..EvidenceRow::default()
    };
    let poqexec = ("poqexec.exe", 1204, 1208);
    let acme = ("acmefilter.exe", 1520, 1544);
    let success = ("SUCCESS", "0x00000000");
    let mut rows = vec![
        EvidenceRow {
            note: Text::new(
                "opened without delete sharing, and never closed",
                "以不共享删除的方式打开，且从未关闭",
            ),
            detail: "Desired Access: Generic Read, Disposition: Open, ShareMode: Read, OpenResult: Opened"
                .into(),
            ..row(Relation::SamePath, 40_902, 911_004, acme, "CreateFile", target, success)
        },
        row(Relation::SamePath, 40_903, 911_019, acme, "ReadFile", target, success),
    ];
    for step in 0..12 {
        let path =
            format!(r"C:\Windows\WinSxS\Temp\PendingRenames\b04f7e2a91d8da01c61b00000c0550{step:02x}.cdf-ms");
        rows.push(row(
            Relation::SameThread,
            41_200 + step * 9,
            917_900 + step.unsigned_abs() * 31,
            poqexec,
            "SetRenameInformationFile",
            &path,
            success,
        ));
    }
    rows.push(row(Relation::SameHandle, 41_316, 918_270, poqexec, "CreateFile", source, success));
    rows.push(EvidenceRow {
        target_path: target.into(),
        detail: format!("ReplaceIfExists: True, FileName: {target}"),
        note: Text::new("the operation that failed", "失败的操作"),
        ..row(
            Relation::Failing,
            41_318,
            918_273,
            poqexec,
            "SetRenameInformationFile",
            source,
            ("ACCESS DENIED", "0xC0000022"),
        )
    });
    rows.push(row(Relation::SameThread, 41_319, 918_277, poqexec, "CreateFile", target, success));
    rows.push(row(
        Relation::SameHandle,
        41_319,
        918_279,
        poqexec,
        "QueryAttributeInformationVolume",
        target,
        ("BUFFER OVERFLOW", "0x80000005"),
    ));
    rows.push(row(Relation::SameHandle, 41_320, 918_281, poqexec, "CloseFile", target, success));
    for (time, number, text) in [
        (
            41_321,
            18_233,
            "2024-08-20 13:12:44, Error                 CBS    Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070005 - E_ACCESSDENIED]",
        ),
        (
            41_322,
            18_234,
            "2024-08-20 13:12:44, Info                  CBS    Setting ExecuteState key to: CbsExecuteStateFailed",
        ),
        (
            44_102,
            18_240,
            "2024-08-20 13:12:47, Info                  CBS    Startup: Changes to be rolled back, because drivers failed.",
        ),
    ] {
        rows.push(EvidenceRow {
            relation: Some(Relation::Log),
            time: at(time),
            source: "CBS.log".into(),
            line: Some(number),
            detail: text.into(),
            ..EvidenceRow::default()
        });
    }
    rows
}

pub(super) fn failures() -> Vec<FailureGroup> {
    let probing =
        Text::new("probing: programs ask for names that need not exist", "探测：程序会查询不一定存在的名称");
    let group =
        |process: &str, operation: &str, result: &str, status: &str, count, path: &str, benign: &Text| {
            FailureGroup {
                process: process.into(),
                operation: operation.into(),
                result: result.into(),
                status: status.into(),
                count: Some(count),
                example_path: path.into(),
                first: at(10_500),
                last: at(170_000),
                benign: benign.clone(),
            }
        };
    let none = Text::default();
    vec![
        group(
            "TiWorker.exe",
            "RegOpenKey",
            "NAME NOT FOUND",
            "0xC0000034",
            14_220,
            r"HKLM\COMPONENTS\DerivedData\Components",
            &probing,
        ),
        group(
            "services.exe",
            "RegQueryValue",
            "NAME NOT FOUND",
            "0xC0000034",
            8_804,
            r"HKLM\System\CurrentControlSet\Services\acmefilter\Group",
            &probing,
        ),
        group(
            "System",
            "QueryDirectory",
            "NO MORE FILES",
            "0x80000006",
            4_115,
            r"C:\Windows\System32",
            &Text::new("the end of a listing", "列表结束"),
        ),
        group(
            "acmefilter.exe",
            "CreateFile",
            "SHARING VIOLATION",
            "0xC0000043",
            118,
            r"C:\Windows\System32\config\COMPONENTS",
            &none,
        ),
        group(
            "poqexec.exe",
            "SetRenameInformationFile",
            "ACCESS DENIED",
            "0xC0000022",
            1,
            r"C:\Windows\WinSxS\Temp\PendingRenames\b04f7e2a91d8da01c71b00000c0550a1.cdf-ms",
            &none,
        ),
    ]
}

pub(super) fn histogram() -> Histogram {
    // A hump at each boot, nothing in the gap, and failures that follow at a tenth.
    let events = (0..106_u64).map(|bin| match bin {
        60..=65 => 0,
        _ => 9_000 + (bin * 7_919 % 13) * 2_400 + if bin % 66 < 24 { 26_000 } else { 0 },
    });
    let events: Vec<_> = events.collect();
    let failures =
        events.iter().zip(0..).map(|(events, bin): (&u64, u64)| events / 12 * (bin % 5 + 1) / 4).collect();
    Histogram { start: at(0), bin: span(2_000), events, failures }
}
