//! What `status` says at each stage.

use trace_capture::engine::{arm, disarm};
use trace_capture::journal::{Line, append};
use trace_capture::machine::Registry;
use trace_capture::plan::Options;
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::status::{State, status};
use trace_capture::tree::{Data, Tree};

use super::arm::{full, plan_for};
use super::fake::Fake;

#[test]
fn status_follows_the_capture_and_says_what_is_next() {
    let fake = Fake::new();
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::NotArmed);
    assert!(now.next.en.contains("capture arm"));

    arm(&fake, &plan_for(&fake, &full())).unwrap();
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::Armed);
    assert!(now.sessions.iter().all(|s| s.boot_status.is_none() && s.running.is_some()));
    assert!(now.next.en.contains("restart"));

    fake.restart();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("started in 1 boot; running, nothing lost"), "{text}");
    assert!(text.contains("procmon.pmb") && text.contains("capture collect"), "{text}");

    let failed = Tree { values: vec![("Status".into(), Data::dword(161))], keys: vec![] };
    fake.write(&format!(r"{AUTOLOGGER}\bootrace-file"), &failed).unwrap();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("could not start at boot: error 161"), "{text}");

    // Five files are kept, however few boots were planned; the sixth boot overwrites the first.
    for _ in 0..4 {
        fake.restart();
    }
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("bootrace-file: the next boot overwrites bootrace-file.etl.001"), "{text}");
    assert!(text.contains("bootrace-file.etl.005  2026-01-02T00:"), "{text}");
    fake.restart();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("bootrace-file.etl.001 is newer than bootrace-file.etl.002"), "{text}");
    disarm(&fake, true).unwrap();
    assert_eq!(status(&fake).unwrap().state, State::NotArmed);
}

#[test]
fn an_interrupted_arming_is_seen() {
    let fake = Fake::new();
    let plan = plan_for(&fake, &full());
    fake.cut_power_after(20);
    assert!(arm(&fake, &plan).is_err() && fake.power_back());
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::HalfArmed);
    assert!(now.next.en.contains("disarm"));
}

#[test]
fn a_full_file_is_named_with_its_last_time() {
    let fake = Fake::new();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    fake.restart();
    let limit = Tree { values: vec![("MaxFileSize".into(), Data::dword(1))], keys: vec![] };
    fake.write(&format!(r"{AUTOLOGGER}\bootrace-registry"), &limit).unwrap();
    assert_eq!(status(&fake).unwrap().warnings, []);
    fake.put(r"C:\Windows\bootrace\traces\bootrace-registry.etl.001", &vec![0; (1 << 20) - 1000]);
    let warnings = status(&fake).unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].en.contains("bootrace-registry.etl.001 reached its limit of 1 MB: what came after 2026-")
    );
}

#[test]
fn what_a_journal_says_cannot_steer_the_terminal() {
    let fake = Fake::new();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    let line = Line::Failed { step: 0, why: "\u{1b}[2Jgone".into() };
    append(&fake, &line).unwrap();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("?[2Jgone") && !text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn status_speaks_chinese_at_each_stage() {
    let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    let told = |fake: &Fake| {
        let text = format!("{:#}", status(fake).unwrap());
        for line in text.lines() {
            assert!(line.chars().any(is_chinese), "{line}");
        }
        text
    };
    let fake = Fake::new();
    assert!(told(&fake).starts_with("此计算机未启用采集。"));
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    assert!(told(&fake).contains("下一步：安装更新并重启"));
    fake.restart();
    assert!(told(&fake).contains("已在 1 次启动中记录；正在运行，没有丢失"));
}
