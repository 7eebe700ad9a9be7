//! Reports of real diagnoses: what the summary says is not said twice.

use diagnosis::{Rules, diagnose};
use reports::{Lang, model::Report, text::TextOptions};
use timeline::{Case, Timeline};

const FILE: &str = "\
2024-03-12 04:20:00, Info                  CBS    Failed to find file: x86_a_31bf3856ad364e35_6.1.7600.1_none_a51187a7608a895d\\a.dll [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\r
";

const PACKAGE: &str = "\
2024-03-12 04:20:00, Error                 CBS    Failed to pre- stage package: Package_for_KB1~31bf3856ad364e35~amd64~~6.1.1.0 [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\r
2024-03-12 04:20:01, Info                  CBS    WER: Generating failure report for package: Package_for_KB1~31bf3856ad364e35~amd64~~6.1.1.0, status: 0x80070002, failure source: Stage, start state: Resolved, target state: Installed, client id: DISM Package Manager Provider\r
";

fn report(log: &str) -> Report {
    let case = Case::from_bytes(vec![("CBS.log".to_owned(), Ok(log.as_bytes().to_vec()))]);
    let timeline = Timeline::new(&case);
    reports::report(&timeline, &diagnose(&timeline, &Rules::built_in()))
}

/// Whether the headline says what the summary begins with, and whether the text has the summary's first words.
fn repeats(log: &str) -> [bool; 2] {
    let report = report(log);
    let text = reports::text::render(&report, &TextOptions { lang: Lang::En, ..TextOptions::default() });
    let summary = report.verdict.summary.en;
    let first: String = summary.chars().take(20).collect();
    assert!(summary.ends_with('.'), "{summary}");
    [report.incident.unwrap().headline_says_summary, text.contains(&first)]
}

#[test]
fn a_file_that_the_headline_names_is_not_told_again() {
    assert_eq!(repeats(&format!("{FILE}{PACKAGE}")), [true, false]);
}

#[test]
fn a_package_is_told_where_the_headline_has_only_the_phase() {
    assert_eq!(repeats(PACKAGE), [false, true]);
}

#[test]
fn logs_of_other_times_are_told_before_the_answer() {
    let later = PACKAGE.replace("2024-", "2026-");
    let logs = [("old.log", PACKAGE), ("new.log", later.as_str())];
    let logs = logs.map(|(name, log)| (name.to_owned(), Ok(log.as_bytes().to_vec())));
    let case = Case::from_bytes(logs.into());
    let timeline = Timeline::new(&case);
    let report = reports::report(&timeline, &diagnose(&timeline, &Rules::built_in()));
    for (lang, said) in
        [(Lang::En, "The logs are of times that do not meet"), (Lang::Zh, "日志的时间没有交集")]
    {
        assert!(
            report.banners.iter().any(|banner| banner.get(lang).starts_with(said)),
            "{:?}",
            report.banners
        );
        let text = reports::text::render(&report, &TextOptions { lang, ..TextOptions::default() });
        let first: Vec<&str> = text.lines().take(6).collect();
        assert!(first.iter().any(|line| line.contains(said)), "{text}");
    }
    assert!(!report.verdict.summary.en.contains("do not meet"), "{}", report.verdict.summary.en);
}

/// A dism command that failed in the minute before, and went through when it was run again.
const AGAIN: &str = "\
2024-03-12 04:19:50, Info                  DISM   DISM.EXE: Executing command line: dism /online /add-package /packagepath:a.cab\r
2024-03-12 04:19:52, Error                 DISM   DISM Package Manager: PID=8 TID=9 Failed finalizing changes. - CDISMPackageManager::Internal_Finalize(hr:0x800f0922)\r
2024-03-12 04:19:55, Info                  DISM   DISM.EXE: Executing command line: dism /online /add-package /packagepath:a.cab\r
";

#[test]
fn a_line_whose_failure_is_settled_says_so() {
    let noted = |dism: &str| {
        let logs = [("CBS.log", PACKAGE), ("dism.log", dism)];
        let logs = logs.map(|(name, log)| (name.to_owned(), Ok(log.as_bytes().to_vec())));
        let case = Case::from_bytes(logs.into());
        let timeline = Timeline::new(&case);
        let report = reports::report(&timeline, &diagnose(&timeline, &Rules::built_in()));
        let rows = report.evidence.iter().filter(|row| row.source == "dism.log");
        rows.map(|row| (row.line.unwrap_or(0), !row.note.is_empty())).collect::<Vec<_>>()
    };
    assert_eq!(noted(AGAIN), [(1, false), (2, true), (3, false)]);
    let other = AGAIN.rsplit_once("a.cab").map(|(before, _)| format!("{before}b.cab\r\n")).unwrap();
    assert_eq!(noted(&other), [(1, false), (2, false), (3, false)]);
}
