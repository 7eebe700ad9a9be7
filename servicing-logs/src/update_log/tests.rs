use super::*;

fn seen(log: &str) -> Vec<(u64, u32, Option<String>, String)> {
    let mut events = Vec::new();
    read(log.as_bytes(), |event| {
        let value = |name| event.record.value(name).map(str::to_owned);
        events.push((
            event.line,
            event.record.event_id,
            value("errorCode"),
            value("updateTitle").unwrap_or_default(),
        ));
    });
    events
}

#[test]
fn the_form_with_tabs() {
    let log = "2016-10-31\t11:24:28:598\t1384\t1748\tHandler\tCBS package identity: Package_for_KB1234567~31bf3856ad364e35~amd64~~6.1.1.4\n\
        2016-10-31\t11:25:11:755\t1384\t1174\tHandler\tFATAL: CBS called Error with 0x80070308, \n\
        2016-10-31\t11:25:13:645\t1384\t1748\tHandler\tFATAL: Completed install of CBS update with type=0, requiresReboot=0, installerError=1, hr=0x80070308\n";
    let package = "Package_for_KB1234567~31bf3856ad364e35~amd64~~6.1.1.4".to_owned();
    assert_eq!(seen(log), [(2, FAILED, Some("0x80070308".to_owned()), package)]);
}

#[test]
fn the_copy_of_a_report_names_the_update() {
    let row = |number: &str, code: &str| {
        format!(
            "2017-01-12\t09:15:03:218\t 904\t 7d0\tReport\tREPORT EVENT: {{8A7F4A1C}}\t2017-01-12 09:15:03:015+0100\t1\t{number}\t101\t{{6F1A5D1E}}\t200\t{code}\tAutomaticUpdates\tFailure\tContent Install\tInstallation Failure: Windows failed to install the following update with error 0x80073712: An Update (KB1234567).\n"
        )
    };
    let told = (1, FAILED, Some("0x80073712".to_owned()), "An Update (KB1234567)".to_owned());
    assert_eq!(seen(&row("182", "80073712")), [told]);
    assert_eq!(seen(&row("147", "0")), []);
}

#[test]
fn the_report_that_an_installation_begins_names_the_update() {
    let log = "2016-10-31\t11:24:28:411\t1524\t17ac\tReport\tREPORT EVENT: {3A6B0F1E}\t2016-10-31 11:24:28:411-0600\t1\t181\t101\t{549A598B}\t501\t0\twusa\tSuccess\tContent Install\tInstallation Started: Windows successfully started the following update: Update for Windows (KB3172605)\n\
        2016-10-31\t11:25:11:755\t1384\t1174\tHandler\tFATAL: CBS called Error with 0x80070308, \n";
    let update = "Update for Windows (KB3172605)".to_owned();
    assert_eq!(seen(log), [(2, FAILED, Some("0x80070308".to_owned()), update)]);
}

#[test]
fn the_handler_of_packages_states_what_servicing_ended_with() {
    let line = |component: &str, call: &str| {
        format!(
            "2024/03/13 09:12:11.1234567 1234  5678  {component:<15} *FAILED* [80073712] Method failed [{call}:1234]\n"
        )
    };
    let failed = (1, FAILED, Some("0x80073712".to_owned()), String::new());
    assert_eq!(seen(&line("Handler", "CbsInstall::DoInstall")), [failed]);
    assert_eq!(seen(&line("Agent", "CAgentDownloadManager::Get")), []);
}

#[test]
fn the_orchestrator_ends_a_download() {
    let log = "*Error Originate:DownloadHandler::UpdateDownloadResult:1893* -> [hr] : -2145124322 (0x8024001E);\n\
        *Download finished* -> [Results] : {85604fae}:2021-01 Update for Windows Server 2016 (KB4589210):hr=0x8024001e;\n\
        *Download finished* -> [Results] : {85604fae}:2021-03 Update for Windows Server 2016 (KB5000803):hr=0x00000000;\n";
    let update = "2021-01 Update for Windows Server 2016 (KB4589210)".to_owned();
    assert_eq!(seen(log), [(2, DOWNLOAD_FAILED, Some("0x8024001e".to_owned()), update)]);
    assert!(is_line(log.lines().nth(1).unwrap().as_bytes()));
}

#[test]
fn an_update_that_the_search_cannot_examine_counts_where_nothing_else_failed() {
    let rule = |code: &str| {
        format!(
            "2016-10-19\t11:24:00:204\t1532\t1f40\tAgent\tWARNING: Failed to evaluate Installable rule, updateId = {{7A96}}.202, hr = {code}\n"
        )
    };
    let told = (1, EVALUATION_FAILED, Some("0x80070057".to_owned()), "7A96".to_owned());
    assert_eq!(seen(&rule("80070057")), [told]);
    assert_eq!(seen(&rule("80242013")), []);
    let failed = "2016-10-31\t11:25:11:755\t1384\t1174\tHandler\tFATAL: CBS called Error with 0x80070308, \n";
    assert_eq!(seen(&format!("{}{failed}", rule("80070057"))).len(), 1);
    let bare = "Agent -- WARNING: Failed to evaluate Installable rule, Owner = UpdateId, hr = 0x800706D9";
    assert!(is_line(bare.as_bytes()));
    assert_eq!(seen(bare).len(), 1);
}

#[test]
fn the_form_of_the_traces() {
    let log = "2019/06/05 11:07:50.0950566 21136   9740  Agent           LogHistory called.   idUpdate={E0}.1, resultMapped=80070643,   resultUnMapped=FFFE |  \n\
        2019/06/05 11:07:51.0950566 1092  10968 DownloadManager Windows failed to download from http://x.example/a/file.exe to local path = C:\\x\\f8 with error 0x80070070\n\
        2019/06/05 11:07:52.0950566 17784 19152   ComApi          Exit code = 0x00000000;   Call error code = 0x80240022 |  \n";
    assert_eq!(
        seen(log),
        [
            (1, FAILED, Some("0x80070643".to_owned()), "E0".to_owned()),
            (2, DOWNLOAD_FAILED, Some("0x80070070".to_owned()), "file.exe".to_owned()),
        ]
    );
}

#[test]
fn searches_and_downloads() {
    let old = "2010-01-05 18:52:06:747 808 aac Agent * WARNING: Skipping scan, self-update check returned 0x8024402C\n\
        2010-01-05 18:52:06:762 808 aac Agent * WARNING: Exit code = 0x8024402C\n\
        2015-10-30 17:12:54:073 880 1160 PT WARNING: SyncUpdates_WithRecovery failed.: 0x80244007\n";
    let search = |line, code: &str| (line, SEARCH_FAILED, Some(code.to_owned()), String::new());
    assert_eq!(seen(old), [search(1, "0x8024402c"), search(3, "0x80244007")]);
    let new = "2020/01/23 15:17:51.1594692 9852  628   DownloadManager *FAILED* [80244019] Error occurred while downloading update 4FED.200; notifying dependent calls.\n\
        2020/01/23 15:17:51.1665089 9852  7344  ProtocolTalker  *FAILED* [8024000B] GetCurrentComputerInfo failed, not fatal\n";
    assert_eq!(seen(new), [(1, DOWNLOAD_FAILED, Some("0x80244019".to_owned()), "4FED.200".to_owned())]);
}

#[test]
fn a_search_that_goes_well_later_takes_the_failure_back() {
    let at = |second: u32, text: &str| format!("2023/05/17 11:07:{second}.0950566 2111  9740  {text}\n");
    let failed = at(10, "Agent           * START * Finding updates CallerId = x")
        + &at(11, "Misc            *FAILED* [80070426] Method failed [A:1]")
        + &at(12, "Agent           Exit code = 0x80070426")
        + &at(13, "Agent           * END * Finding updates CallerId = x");
    assert_eq!(seen(&failed), [(3, SEARCH_FAILED, Some("0x80070426".to_owned()), String::new())]);
    let good = at(20, "Agent           Found 0 updates and 30 categories in search; evaluated appl. rules");
    assert_eq!(seen(&format!("{failed}{good}")), []);
    let retried = at(30, "Misc            *FAILED* [80072F8F] Send request");
    assert_eq!(seen(&retried).len(), 1);
    assert_eq!(seen(&format!("{retried}{good}")), []);
}

#[test]
fn a_row_whose_tabs_became_spaces() {
    let row = "{8F} 2024-04-17 05:14:55:630-0400 1 148 [AGENT_DETECTION_FAILED] 101 {00} 0\n8024002e\n\
        Example Failure Software Synchronization Windows Update Client failed to detect with error 0x8024002e.\n";
    assert!(is_line(row.lines().next().unwrap().as_bytes()));
    assert_eq!(seen(row), [(2, SEARCH_FAILED, Some("0x8024002e".to_owned()), String::new())]);
    let ended = "2023/05/17 10:01:00.1234567 5540  3504  Agent           * END * Finding updates CallerId = x  Id = 3, Exit code = 0x80072F05 (cV = x)\n";
    assert_eq!(seen(ended), [(1, SEARCH_FAILED, Some("0x80072f05".to_owned()), String::new())]);
}

#[test]
fn lines_whose_time_is_masked_or_left_out() {
    let search = |log: &str, code: &str| {
        assert!(log.lines().any(|line| is_line(line.as_bytes())), "{log}");
        assert_eq!(
            seen(log).first(),
            Some(&(1, SEARCH_FAILED, Some(code.to_owned()), String::new())),
            "{log}"
        );
    };
    search("4744 4120 Misc *FAILED* [80072F8F] Send request\n", "0x80072f8f");
    search("03E4 1668 Misc Send request failed, hr:0x80072f8f\n", "0x80072f8f");
    search(
        "YYYY/MM/DD HH:mm:ss:SSS PID  TID  ProtocolTalker  *FAILED* [80070426] Initialization failed for Protocol Talker Context\n",
        "0x80070426",
    );
    let traced = "hh:mm:ss.fffff tt 11736 12104 uhwinsetupsession_cpp322 [Handler] Starting Windows Setup with command line = \"x.exe\" /ReportId {0FFD}.202 /Update\n\
        hh:mm:ss.fffff tt 11736 12104 uhwinsetup_cpp776 [Handler] Exit code = 0x80070490\n";
    assert_eq!(seen(traced), [(2, FAILED, Some("0x80070490".to_owned()), "0FFD (Windows Setup)".to_owned())]);
    let transient = "[DownloadManager] BITS job {A4} hit a transient error, updateId = {D053}.200 <NULL>, error = 0x800706D9";
    let transient = format!("2023/05/17 11:07:10.0950566 2111  9740  DownloadManager {transient}\n");
    assert_eq!(seen(&transient), [(1, DOWNLOAD_FAILED, Some("0x800706d9".to_owned()), String::new())]);
    let words = "2023/05/17 11:07:10.0950566 2111  9740  DownloadManager    Error 0x800706d9 occurred while downloading update; notifying dependent calls.\n";
    assert_eq!(seen(words).len(), 1);
}

#[test]
fn lines_that_a_post_quotes_without_their_time() {
    let agent = "Agent -- WARNING: WU client failed Searching for update with error 0x80240439\n\
        Agent -- WARNING: Exit code = 0x80240439\n";
    assert!(is_line(agent.lines().next().unwrap().as_bytes()));
    assert_eq!(seen(agent), [(1, SEARCH_FAILED, Some("0x80240439".to_owned()), String::new())]);
    let broken = "Windows failed to download from http://x.example/a/file.exe\nto local path = C:\\x\\f8 with error 0x80070070\n";
    assert!(is_line(broken.lines().next().unwrap().as_bytes()));
    let told = (2, DOWNLOAD_FAILED, Some("0x80070070".to_owned()), "file.exe".to_owned());
    assert_eq!(seen(broken), [told]);
    for other in ["Agent Smith failed.", "PT 5 Error", "Handler x"] {
        assert!(!is_line(other.as_bytes()), "{other}");
    }
}

#[test]
fn reported_events() {
    let log = "{2C}\t2017-12-12 19:46:19:636+0900\t1\t182 [AGENT_INSTALLING_FAILED]\t101\t{BF}\t203\t80242015\tUpdateOrchestrator\tFailure\tContent Install\tInstallation Failure: Windows failed to install the following update with error 0x80242015: An Update (KB1234567)\n\
        {16}\t2017-12-13 09:45:55:528+0900\t1\t183 [AGENT_INSTALLING_SUCCEEDED]\t101\t{A1}\t200\t0\tx\tSuccess\tContent Install\tInstallation Successful: Windows successfully installed the following update: Another (KB7654321)\tid\n";
    assert_eq!(
        seen(log),
        [
            (1, FAILED, Some("0x80242015".to_owned()), "An Update (KB1234567)".to_owned()),
            (2, INSTALLED, None, "Another (KB7654321)".to_owned()),
        ]
    );
}

#[test]
fn lines_of_other_logs() {
    for line in [
        "2016-10-31 11:24:28, Info                  CBS    x",
        "2024/03/12 05:31:17.934 some text here",
        "{x}\ty",
        "",
    ] {
        assert!(!is_line(line.as_bytes()), "{line}");
    }
}
