//! setupapi.dev.log, poqexec.log and the output of DISM. The logs are synthetic, in the published forms.
use crate::common;

use servicing_logs::codes::CodeValue;
use servicing_logs::dism::{self, DismStep, PackageIdentity, PackageState};
use servicing_logs::pending::PrimitiveKind;
use servicing_logs::setupapi::{self, Severity};
use servicing_logs::{FileTime, LogText, poqexec};

/// The third published failure: a driver's folder is missing from the driver store.
const SETUPAPI: &str = r"[Device Install Log]
     OS Version = 10.0.18362
     Service Pack = 0.0

[BeginLog]

[Boot Session: 2020/02/14 08:00:11.500]

>>>  [Install Driver Updates]
>>>  Section start 2020/02/14 08:01:50.123
      cmd: C:\Windows\winsxs\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_10.0.18362.650_none_x\TiWorker.exe -Embedding
     sto: {Stage Driver Package: C:\Windows\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf} 08:01:51.001
!    inf: Unable to load INF: 'C:\Windows\System32\DriverStore\FileRepository\netathrx.inf_amd64_220db23f5419ea8d\netathrx.inf'(00000003)
!!!  sto: Failed to get version info for driver update 'netathrx.inf'. Error = 0x00000003
     sto: {Stage Driver Package: exit(0x00000003)} 08:01:51.002
<<<  Section end 2020/02/14 08:01:52.500
<<<  [Exit status: FAILURE(0x00000003)]


>>>  [Device Install (Hardware initiated) - ROOT\MPIO\0001]
>>>  Section start 2020/02/14 08:02:00.000
!!!  dvi: Device not started: Device has problem: 0x34: CM_PROB_UNSIGNED_DRIVER.
<<<  Section end 2020/02/14 08:02:01.000
<<<  [Exit status: FAILURE(0xe0000217)]

>>>  [Unstage Driver Updates]
>>>  Section start 2020/02/14 08:03:00.000
";

#[test]
fn setupapi_sections() {
    let text = LogText::new(SETUPAPI.as_bytes());
    let mut sections = Vec::new();
    let counts = setupapi::read(&text, |section| sections.push(section));
    assert_eq!((counts.sections, counts.unfinished, counts.boots, counts.stray), (3, 1, 1, 0));
    let first = &sections[0];
    assert_eq!((first.line, &*first.title, &first.instance), (9, "Install Driver Updates", &None));
    assert_eq!(first.boot.unwrap().to_string(), "2020-02-14T08:00:11.5000000");
    assert_eq!(first.start.unwrap().to_string(), "2020-02-14T08:01:50.1230000");
    assert_eq!(first.end.unwrap().to_string(), "2020-02-14T08:01:52.5000000");
    assert!(first.command.as_deref().unwrap().ends_with("TiWorker.exe -Embedding"));
    assert_eq!((first.exit.as_deref(), first.exit_code), (Some("FAILURE(0x00000003)"), Some(3)));
    assert_eq!((first.warnings, first.errors), (1, 1));
    let told: Vec<_> = first.messages.iter().map(|m| (m.line, m.severity, &*m.category, m.code)).collect();
    assert_eq!(
        told,
        [
            (13, Severity::Warning, "inf", Some(CodeValue::Win32(3))),
            (14, Severity::Error, "sto", Some(CodeValue::Win32(3))),
        ]
    );
    assert!(first.messages[0].text.contains("netathrx.inf_amd64_220db23f5419ea8d"));
    assert_eq!(first.driver_packages.len(), 1);
    assert_eq!(first.driver_packages[0].operation, "Stage Driver Package");
    assert!(first.driver_packages[0].path.ends_with(r"\netathrx.inf"));
    assert_eq!(sections[1].instance.as_deref(), Some(r"ROOT\MPIO\0001"));
    assert_eq!(sections[1].exit_code, Some(0xe0000217));
    assert_eq!((sections[2].exit.as_deref(), sections[2].end), (None, None));
}

#[test]
fn poqexec_lines() {
    let log = "1d988d8e5214400: 832, c0000034, 1c2, 0, HardLinkFile ;\\SystemRoot\\WinSxS\\x\\a.exe, \\??\\C:\\Program Files\\a.exe\r\n\
        1d988d8e5214400: 1c2: 1, 0, DeleteFile, \\??\\C:\\b.exe\r\n\
        something else entirely\r\n";
    let text = LogText::new(log.as_bytes());
    let mut found = Vec::new();
    let counts = poqexec::read(&text, |line| found.push(line));
    assert_eq!((counts.lines, counts.recognised), (3, 2));
    assert_eq!(found[0].run_start, Some(FileTime(0x1d988d8e5214400)));
    assert_eq!(found[0].numbers, [0x832, 0xc0000034, 0x1c2, 0]);
    assert_eq!((found[0].status, found[0].primitive), (Some(0xc0000034), Some(PrimitiveKind::HardlinkFile)));
    assert_eq!(found[0].arguments, [r"\SystemRoot\WinSxS\x\a.exe", r"\??\C:\Program Files\a.exe"]);
    assert_eq!((found[1].status, found[1].primitive), (None, Some(PrimitiveKind::DeleteFile)));
    assert_eq!(found[1].numbers, [0x1c2, 1, 0]);
    assert_eq!((found[2].run_start, &*found[2].raw), (None, "something else entirely"));
}

const LIST: &str = "\r\nDeployment Image Servicing and Management tool\r\nVersion: 10.0.17763.1697\r\n\r\nImage Version: 10.0.17763.2114\r\n\r\nPackages listing:\r\n\r\n\
Package Identity : Package_for_KB5005112~31bf3856ad364e35~amd64~~17763.2111.1.0\r\nState : Installed\r\nRelease Type : Security Update\r\nInstall Time : 8/17/2021 3:16 AM\r\n\r\n\
Package Identity : Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2\r\nState : Install Pending\r\nRelease Type : Security Update\r\nInstall Time :\r\n\r\n\
The operation completed successfully.\r\n";

const TABLE: &str = "Version: 10.0.17763.1697\r\nImage Version: 10.0.17763.2114\r\n\r\n\
------------------------------------------- | ------------- | ------------ | --------------\r\n\
Package Identity                            | State         | Release Type | Install Time  \r\n\
------------------------------------------- | ------------- | ------------ | --------------\r\n\
Package_for_KB5005112~31bf3856ad364e35~amd64~~17763.2111.1.0  | Installed       | Security Update | 8/17/2021 3:16 AM\r\n\
Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2  | Install Pending | Security Update |              \r\n";

const CHINESE: &str = "\r\n部署映像服务和管理工具\r\n版本: 10.0.17763.1697\r\n\r\n映像版本: 10.0.17763.2114\r\n\r\n程序包列表:\r\n\r\n\
程序包标识 : Package_for_KB5005112~31bf3856ad364e35~amd64~~17763.2111.1.0\r\n状态 : 已安装\r\n版本类型 : Security Update\r\n安装时间 : 2021/8/17 3:16\r\n\r\n\
程序包标识 : Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6293.1.2\r\n状态 : 安装挂起\r\n版本类型 : Security Update\r\n安装时间 :\r\n\r\n操作成功完成。\r\n";

#[test]
fn package_lists_of_both_forms_and_languages() {
    let gbk: &[u8] = &encoding_rs_gbk(CHINESE);
    for (data, time) in [
        (LIST.as_bytes(), "8/17/2021 3:16 AM"),
        (TABLE.as_bytes(), "8/17/2021 3:16 AM"),
        (CHINESE.as_bytes(), "2021/8/17 3:16"),
        (gbk, "2021/8/17 3:16"),
    ] {
        let text = LogText::new(data);
        let mut found = Vec::new();
        let summary = dism::read_packages(&text, |package| found.push(package));
        assert_eq!(summary.tool_version.as_deref(), Some("10.0.17763.1697"));
        assert_eq!(summary.image_version.as_deref(), Some("10.0.17763.2114"));
        assert_eq!((summary.packages, summary.unknown_states, summary.errors.len()), (2, 0, 0));
        assert_eq!((found[0].state, found[0].install_time.as_deref()), (PackageState::Installed, Some(time)));
        assert_eq!((found[1].state, found[1].install_time.as_deref()), (PackageState::InstallPending, None));
        assert_eq!(found[1].release_type.as_deref(), Some("Security Update"));
        let identity = PackageIdentity::parse(&found[0].identity).unwrap();
        assert_eq!((identity.kb(), identity.version), (Some("KB5005112"), "17763.2111.1.0"));
        assert_eq!(PackageIdentity::parse(&found[1].identity).unwrap().kb(), None);
    }
}

fn encoding_rs_gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

#[test]
fn powershell_and_errors() {
    let list = "PackageName  : Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.7314.1.18\nPackageState : UninstallPending\nReleaseType  : SecurityUpdate\nInstallTime  : 5/15/2025 7:34:00 PM\n";
    let text = LogText::new(list.as_bytes());
    let mut states = Vec::new();
    dism::read_packages(&text, |package| states.push(package.state));
    assert_eq!(states, [PackageState::UninstallPending]);
    let text = LogText::new("错误: 0x800f081e\r\n\r\nError: 87\r\n".as_bytes());
    let summary = dism::read_packages(&text, |_| {});
    let codes: Vec<_> = summary.errors.iter().map(|error| (error.line, error.code)).collect();
    assert_eq!(codes, [(1, 0x800f081e), (3, 0x80070057)]);
    let output = "C:\\>DISM /Online /Enable-Feature /FeatureName:X\r\n\r\nVersion: 6.3.9600.17031\r\n\r\nError: 0x800f0906\r\n\r\n\
        The source files could not be downloaded.\r\nUse the \"source\" option.\r\n";
    let [error] = dism::read_packages(&LogText::new(output.as_bytes()), |_| {}).errors.try_into().unwrap();
    let dism::ListedError { line, code, said, command, about } = error;
    assert_eq!(about, None);
    assert_eq!((line, code, said.as_str()), (5, 0x800f0906, "The source files could not be downloaded."));
    assert_eq!(command.as_deref(), Some("DISM /Online /Enable-Feature /FeatureName:X"));
    let several =
        "Processing 1 of 1 - A-Package: It is not valid.\r\n Error: 0x800f0805\r\n\r\nError: 0x800f0805\r\n";
    let errors = dism::read_packages(&LogText::new(several.as_bytes()), |_| {}).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].said, "Processing 1 of 1 - A-Package: It is not valid.");
    let package = "Package_for_Example~31bf3856ad364e35~amd64~~17763.1.1.1";
    let adding = format!(
        "Versión: 10.0.1.1\n\nProcessing 1 of 1 - Adding package {package}\nError: 14107\n\nA member is not there.\n"
    );
    let errors = dism::read_packages(&LogText::new(adding.as_bytes()), |_| {}).errors;
    assert_eq!(
        (errors[0].about.as_deref(), errors[0].said.as_str()),
        (Some(package), "A member is not there.")
    );
}

#[test]
fn what_dism_says_of_one_of_several_packages_is_not_said_of_another() {
    let output = "Version: 6.3.9600.1\n\nProcessing 30 of 31 - Adding package Package_for_Example~31bf3856ad364e35~x86~~9600.1.1.1\n\
        Package_for_Example: The image is no longer serviceable.\nDiscard it.\n Error: 0x8007007f\n\
        Processing 31 of 31 - Package_for_KB5000001: The image is corrupted.\n Error: 0x800f0830\n\nError: 127\n";
    let errors = dism::read_packages(&LogText::new(output.as_bytes()), |_| {}).errors;
    let seen: Vec<_> = errors.iter().map(|e| (e.code, e.said.as_str(), e.about.is_some())).collect();
    assert_eq!(
        seen[..2],
        [
            (0x8007_007F, "Package_for_Example: The image is no longer serviceable.", true),
            (0x800F_0830, "Processing 31 of 31 - Package_for_KB5000001: The image is corrupted.", false),
        ]
    );
}

#[test]
fn errors_of_cmdlets() {
    let output = "Add-WindowsCapability : Add-WindowsCapability failed. Error code = 0x800f0950\nAt line:1 char:1\n\
        + Add-WindowsCapability -Online -Name Example.Server~~~~0.0.1.0 ...\n\
        Enable-WindowsOptionalFeature : The system cannot find the file specified.\n";
    let errors = dism::read_packages(&LogText::new(output.as_bytes()), |_| {}).errors;
    let seen: Vec<_> = errors.iter().map(|e| (e.line, e.code, e.command.as_deref())).collect();
    assert_eq!(
        seen,
        [
            (1, 0x800F_0950, Some("Add-WindowsCapability -Online -Name Example.Server~~~~0.0.1.0")),
            (4, 0, None)
        ]
    );
    let prose = "Get-Process : it failed.\n";
    assert!(dism::read_packages(&LogText::new(prose.as_bytes()), |_| {}).errors.is_empty());
}

const DISM_LOG: &str = "\u{feff}2023-05-17 08:44:05, Info                  DISM   PID=8420 TID=9260 Scratch directory set - CDISMManager::put_ScratchDir\r\n\
2023-05-17 08:44:06, Error                 DISM   DISM Package Manager: PID=8420 TID=9260 Failed finalizing changes. - CDISMPackageManager::Internal_Finalize(hr:0x800f0922)\r\n\
2023-05-17 08:44:07, Warning               DISM   DISM Provider Store: PID=8420 TID=9260 Failed to load the provider: C:\\x.dll. - CDISMProviderStore::Internal_LoadProvider(hr:0x8007007e)\r\n";

#[test]
fn dism_log_errors() {
    let text = LogText::new(DISM_LOG.as_bytes());
    let mut found = Vec::new();
    let counts = dism::read_log(&text, |message| found.push(message));
    assert_eq!((counts.records, counts.errors, counts.warnings, counts.malformed), (3, 1, 1, 0));
    assert_eq!((found[0].line, found[0].provider.as_deref()), (2, Some("DISM Package Manager")));
    assert_eq!((found[0].pid, found[0].tid), (Some(8420), Some(9260)));
    assert_eq!(found[0].code, Some(CodeValue::Hresult(0x800f0922)));
    assert!(found[0].text.starts_with("Failed finalizing changes."));
    assert_eq!(found[1].code, Some(CodeValue::Hresult(0x8007007e)));
}

#[test]
fn what_a_run_of_dism_tells() {
    let log = "2023-05-17 08:44:04, Info                  DISM   DISM.EXE: Executing command line: dism  /online /enable-feature /featurename:NetFx3\r\n\
2023-05-17 08:44:05, Info                  DISM   DISM Package Manager: PID=8420 TID=9260  Error in operation: source for package or file not found, ResolveSource() unsuccessful. (CBS HRESULT=0x800f081f) - CCbsConUIHandler::Error\r\n\
2023-05-17 08:44:06, Info                  DISM   DISM.EXE: DISM Package Manager processed the command line but failed. HRESULT=800F081F.\r\n\
2023-05-17 08:44:06, Error                 DISM   DISM.EXE: Failed validating command line: dism /onlin\r\n\
2023-05-17 08:44:07, Info                  DISM   DISM.EXE: Image session has been closed. Reboot required=yes.\r\n";
    let text = LogText::new(log.as_bytes());
    let mut found = Vec::new();
    dism::read_log(&text, |message| found.push((message.step, message.text, message.code)));
    let no_source = Some(CodeValue::Hresult(0x800f081f));
    let steps: Vec<_> = found.iter().map(|(step, _, code)| (*step, *code)).collect();
    assert_eq!(
        steps,
        [
            (DismStep::Command, None),
            (DismStep::Failure, no_source),
            (DismStep::CommandFailed, no_source),
            (DismStep::Harmless, None),
            (DismStep::RestartRequired, None),
        ]
    );
    assert_eq!(found[0].1, "dism  /online /enable-feature /featurename:NetFx3");
}

#[test]
fn any_bytes_are_read() {
    let poqexec = "1d988d8e5214400: 832, c0000034, 1c2, 0, HardLinkFile ;a, b\r\n".repeat(5);
    for (seed, text) in [SETUPAPI, LIST, TABLE, CHINESE, DISM_LOG, &poqexec].into_iter().enumerate() {
        common::damaged(text.as_bytes(), 31 + seed as u64, |data| {
            let text = LogText::new(data);
            let mut seen = [0; 4];
            let setup = setupapi::read(&text, |_| seen[0] += 1);
            let poqexec = poqexec::read(&text, |_| seen[1] += 1);
            let dism = dism::read_log(&text, |_| seen[2] += 1);
            let packages = dism::read_packages(&text, |_| seen[3] += 1);
            assert_eq!(seen, [setup.sections, poqexec.lines, dism.errors + dism.warnings, packages.packages]);
        });
    }
}
