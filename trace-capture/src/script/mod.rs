//! The plan as scripts, for machines where no unsigned program may run: they use what Windows brings (reg.exe, logman,
//! wevtutil, robocopy) and Process Monitor.

mod registry;

use std::fmt::Display;

use crate::collect::items::{From, ITEMS};
use crate::messages::{self as say, Message, Text};
use crate::plan::{
    Action, BUNDLES, FOLDER, PMB, Plan, SERVICES_KEY, TRACES, WORK, procmon_copy, sessions, shutdown_file,
};
use crate::sessions::size::limit_mb;
use crate::sessions::{BUFFER_KB, FLUSH_SECONDS, Session};

/// Numbers that Process Monitor's driver is looked for under: 23 to 25 were seen.
const DRIVERS: &str = "20 21 22 23 24 25 26 27 28 29 30";

/// The scripts: name and contents, lines ended as cmd wants them. They are UTF-8 without a mark, which cmd would take for a
/// part of the first command. What they say is in the language that `tell` picks.
#[must_use]
pub fn scripts(plan: &Plan, tell: fn(&Message) -> &str) -> [(&'static str, String); 4] {
    let script = Script { plan, tell };
    let scripts = [
        ("arm.cmd", script.arm()),
        ("status.cmd", script.status()),
        ("collect.cmd", script.collect()),
        ("disarm.cmd", script.disarm()),
    ];
    scripts.map(|(name, lines)| (name, (HEAD.to_owned() + &lines).replace('\n', "\r\n")))
}

/// The console's code page counts for what follows: cmd reads a script line by line. Every line before is ASCII.
const HEAD: &str = r#"@echo off
setlocal DisableDelayedExpansion
set "S=%SystemRoot%\System32"
"%S%\chcp.com" 65001 >nul
"#;

/// Notes of the traces that were copied: empty files with their names and sizes.
const COLLECTED: &str = r"%SystemRoot%\bootrace\work\collected";

fn keys(plan: &Plan) -> impl Iterator<Item = String> {
    sessions(&plan.options).map(Session::key)
}

fn procmon(plan: &Plan) -> Option<(String, String)> {
    plan.options.procmon.as_ref().map(|procmon| (procmon.clone(), procmon_copy(procmon)))
}

/// A plan, and how it is said.
struct Script<'p> {
    plan: &'p Plan,
    tell: fn(&Message) -> &str,
}

impl Script<'_> {
    /// A line that says something.
    fn say(&self, text: Text, values: &[&dyn Display]) -> String {
        format!("echo {}\n", (self.tell)(&text.with(values)))
    }

    /// The lines that say why the script ends here.
    fn refuse(&self, text: Text, values: &[&dyn Display]) -> String {
        format!("(\n  {}  exit /b 2\n)\n", self.say(text, values))
    }

    fn arm(&self) -> String {
        let plan = self.plan;
        let mut text = String::new();
        for key in keys(plan) {
            let there = self.refuse(say::SCRIPT_KEY_THERE, &[&key]);
            text += &format!("\"%S%\\reg.exe\" query \"{key}\" >nul 2>&1\nif not errorlevel 1 {there}");
        }
        text += &format!("if exist \"{TRACES}\\*\" {}", self.refuse(say::SCRIPT_EARLIER, &[&TRACES]));
        let no_folder = self.refuse(say::SCRIPT_NO_FOLDER, &[&FOLDER, &say::SCRIPT_NO_RIGHTS]);
        text += &format!("mkdir \"{TRACES}\"\nmkdir \"{WORK}\"\nif not exist \"{WORK}\" {no_folder}");
        text += &format!(
            "for %%n in ({DRIVERS}) do \"%S%\\reg.exe\" query {SERVICES_KEY}\\PROCMON%%n >nul 2>&1 && echo there>\"{WORK}\\PROCMON%%n\"\n"
        );
        for step in &plan.steps {
            if let Action::WriteKey { key, tree } = &step.action {
                let file = format!(r"{WORK}\{}.reg", key.rsplit('\\').next().unwrap_or(key));
                text += &registry::write(key, tree, &file);
                let not_written = self.refuse(say::SCRIPT_NOT_WRITTEN, &[key]);
                text += &format!("\"%S%\\reg.exe\" import \"{file}\"\nif errorlevel 1 {not_written}");
            }
        }
        if let Some((from, to)) = procmon(plan) {
            let (folder, name) = from.rsplit_once('\\').unwrap_or((".", from.as_str()));
            text += &format!("\"%S%\\robocopy.exe\" \"{folder}\" \"{FOLDER}\" \"{name}\" /R:0 /W:0 >nul\n");
            text += &format!("\"{to}\" /AcceptEula /Quiet /Minimized /NoFilter /EnableBootLogging\n");
        }
        if plan.options.shutdown {
            // logman cannot start a system logger: that session begins with the boot.
            for session in sessions(&plan.options).filter(|s| !s.providers.is_empty()) {
                text += &start(session, limit_mb(session, plan.space.percent));
            }
        }
        text + &self.say(say::SCRIPT_ARMED, &[]) + "exit /b 0\n"
    }

    fn status(&self) -> String {
        let plan = self.plan;
        let mut text = String::new();
        for session in sessions(&plan.options) {
            text += &format!(
                "echo {0}\n\"%S%\\reg.exe\" query \"{1}\" /v Status\n\"%S%\\reg.exe\" query \"{1}\" /v FileCounter\n\"%S%\\logman.exe\" query {0} -ets\n",
                session.name,
                session.key()
            );
        }
        text += &format!(
            "for %%n in ({DRIVERS}) do \"%S%\\reg.exe\" query {SERVICES_KEY}\\PROCMON%%n /v Start 2>nul\n"
        );
        text + &format!("dir \"{TRACES}\"\n")
    }

    fn collect(&self) -> String {
        let plan = self.plan;
        let mut text = format!(
            "set \"LOST=\"\nset \"OUT=%~1\"\nif \"%OUT%\"==\"\" set \"OUT={BUNDLES}\\case\"\nmkdir \"%OUT%\" 2>nul\n"
        );
        text += &stop(plan);
        if let Some((_, copy)) = procmon(plan) {
            text += &format!(
                "\"{copy}\" /AcceptEula /Quiet /Minimized /NoFilter /ConvertBootLog \"{TRACES}\\bootlog.pml\"\n"
            );
        }
        for item in ITEMS {
            let to = item.to.replace('/', "\\");
            match item.from {
                From::Files { folder, name } => {
                    let folder = match folder.strip_prefix("{drive}") {
                        Some(below) => format!("%SystemDrive%{below}"),
                        None => format!(r"%SystemRoot%\{folder}"),
                    };
                    let (folder, to) = (folder.trim_end_matches('\\'), to.trim_end_matches('\\'));
                    text += &format!(
                        "\"%S%\\robocopy.exe\" \"{folder}\" \"%OUT%\\{to}\" \"{name}\" /B /R:0 /W:0 /XJ /NP /NFL /NDL /NJH /NJS\n"
                    );
                    if folder == TRACES {
                        text += &self.note_collected();
                    }
                }
                From::Written { program, args } => {
                    let out = format!(r"%OUT%\{to}");
                    let args: Vec<_> =
                        args.iter().map(|a| format!("\"{}\"", a.replace("{out}", &out))).collect();
                    let folder = out.rsplit_once('\\').map_or(out.as_str(), |(folder, _)| folder);
                    text += &format!(
                        "if not exist \"{folder}\" mkdir \"{folder}\"\n\"%S%\\{program}\" {}\n",
                        args.join(" ")
                    );
                }
                // Other programs than those that these scripts may use.
                From::Output { .. } => {}
            }
        }
        text += &format!("if defined LOST {}", self.refuse(say::SCRIPT_NOT_COLLECTED, &[]));
        text + &self.say(say::SCRIPT_COLLECTED, &[]) + "exit /b 0\n"
    }

    /// Notes name and size of each trace, if all were copied: what has a note, disarming deletes. robocopy's codes below 8
    /// are successes. The pattern has no quotes, which Wine's cmd would look for in names.
    fn note_collected(&self) -> String {
        format!(
            "if errorlevel 8 (\n  set \"LOST=1\"\n) else (\n  mkdir \"{COLLECTED}\" 2>nul\n  for %%f in ({TRACES}\\*) do echo there>\"{COLLECTED}\\%%~nxf %%~zf\"\n)\n"
        )
    }

    fn disarm(&self) -> String {
        let plan = self.plan;
        let mut text = stop(plan);
        for key in keys(plan) {
            let not_deleted = self.refuse(say::SCRIPT_NOT_DELETED, &[&key, &say::SCRIPT_NO_RIGHTS]);
            text += &format!(
                "\"%S%\\reg.exe\" delete \"{key}\" /f >nul 2>&1\n\"%S%\\reg.exe\" query \"{key}\" >nul 2>&1\nif not errorlevel 1 {not_deleted}"
            );
        }
        if plan.options.procmon.is_some() {
            text += &format!(
                "for %%n in ({DRIVERS}) do if not exist \"{WORK}\\PROCMON%%n\" (\n  \"%S%\\reg.exe\" delete {SERVICES_KEY}\\PROCMON%%n /f >nul 2>&1\n  if exist \"%S%\\drivers\\PROCMON%%n.SYS\" del /f /q \"%S%\\drivers\\PROCMON%%n.SYS\"\n)\n"
            );
        }
        text += &format!(
            "if /i \"%~1\"==\"/discard\" rmdir /s /q \"{TRACES}\" 2>nul\nfor %%f in ({TRACES}\\*) do if exist \"{COLLECTED}\\%%~nxf %%~zf\" del /f /q \"%%f\"\nrmdir \"{TRACES}\" 2>nul\n"
        );
        text += &format!(
            "if exist \"{TRACES}\" (\n  {}  exit /b 0\n)\n",
            self.say(say::SCRIPT_TRACES_STAY, &[&TRACES])
        );
        if plan.options.procmon.is_some() {
            text += &format!("if exist \"{PMB}\" {}", self.say(say::SCRIPT_BOOT_LOG_STAYS, &[&PMB]));
        }
        text += &format!("rmdir /s /q \"{WORK}\" 2>nul\ndel /f /q \"{FOLDER}\\Procmon*.exe\" 2>nul\n");
        text + &format!("rmdir \"{FOLDER}\" 2>nul\n") + &self.say(say::SCRIPT_DISARMED, &[]) + "exit /b 0\n"
    }
}

fn stop(plan: &Plan) -> String {
    sessions(&plan.options).map(|s| format!("\"%S%\\logman.exe\" stop {} -ets >nul 2>&1\n", s.name)).collect()
}

/// logman takes one provider at the start, and the others one by one.
fn start(session: &Session, limit: u32) -> String {
    let mut text = String::new();
    for (index, provider) in session.providers.iter().enumerate() {
        let enable = format!("-p \"{}\" 0x{:X} {}", provider.guid, mask(provider.keywords), provider.level);
        text += &if index == 0 {
            format!(
                "\"%S%\\logman.exe\" start {} {enable} -o \"{}\" -f bincirc -max {limit} -bs {BUFFER_KB} -nb {} {} -ft {FLUSH_SECONDS} -ct perf -ets\n",
                session.name,
                shutdown_file(session.name),
                session.min_buffers,
                session.max_buffers
            )
        } else {
            format!("\"%S%\\logman.exe\" update {} {enable} -ets\n", session.name)
        };
    }
    text
}

/// logman reads 0 as no keyword.
fn mask(keywords: u64) -> u64 {
    if keywords == 0 { u64::MAX } else { keywords }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::plan::{Options, build};

    fn all(options: &Options) -> [(&'static str, String); 4] {
        scripts(&build(options, &Facts::default()).unwrap(), |m| &m.en)
    }

    /// Programs that the scripts start, without their folder.
    fn programs(text: &str) -> Vec<String> {
        let after = text.split(r"%S%\").skip(1).filter_map(|rest| rest.split('"').next());
        let mut programs: Vec<_> =
            after.filter(|p| p.ends_with(".exe") || p.ends_with(".com")).map(str::to_owned).collect();
        programs.sort();
        programs.dedup();
        programs
    }

    #[test]
    fn only_windows_own_tools_are_started() {
        let options = Options {
            procmon: Some(r"D:\T\Procmon64.exe".into()),
            accept_eula: true,
            kernel: true,
            ..Options::default()
        };
        let text = all(&options).map(|(_, text)| text).concat();
        assert_eq!(programs(&text), ["chcp.com", "logman.exe", "reg.exe", "robocopy.exe", "wevtutil.exe"]);
        assert!(text.contains(r#""%SystemRoot%\bootrace\Procmon64.exe" /AcceptEula"#));
        assert!(!text.contains("bootrace.exe"));
    }

    #[test]
    fn every_session_and_provider_of_the_plan_is_in_the_scripts() {
        let [(_, arm), (_, status), (_, collect), (_, disarm)] = all(&Options::default());
        for session in sessions(&Options::default()) {
            assert!(
                [&status, &collect, &disarm].iter().all(|t| t.contains(session.name)),
                "{}",
                session.name
            );
            for provider in session.providers {
                // Once in the registry, once for logman.
                assert!(arm.matches(provider.guid).count() >= 2, "{}", provider.name);
            }
        }
        assert!(arm.contains("-f bincirc") && arm.contains("-ft 30") && arm.contains("-bs 64"));
        assert!(arm.lines().all(|l| l.len() < 8000), "cmd reads lines of 8191 characters");
    }

    /// What is said differs; what is done does not. cmd acts on no sign of what is said.
    #[test]
    fn the_scripts_of_both_languages_do_the_same() {
        let options = Options {
            procmon: Some(r"D:\工具\Procmon64.exe".into()),
            accept_eula: true,
            ..Options::default()
        };
        let plan = build(&options, &Facts::default()).unwrap();
        let mut said = 0;
        for ((name, en), (_, zh)) in scripts(&plan, |m| &m.en).iter().zip(scripts(&plan, |m| &m.zh)) {
            assert_eq!(en.lines().count(), zh.lines().count(), "{name}");
            let (head, _) = zh.split_once("chcp.com\" 65001 >nul\r\n").expect("the code page is chosen");
            assert!(head.is_ascii() && zh.starts_with("@echo off\r\n"), "{name}");
            for (en, zh) in en.lines().zip(zh.lines()).filter(|(en, zh)| en != zh) {
                said += 1;
                let (does, zh) = zh.split_once("echo ").unwrap_or_else(|| panic!("{name}: {zh}"));
                let en = en.strip_prefix(does).and_then(|en| en.strip_prefix("echo ")).unwrap();
                assert!(zh.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{name}: {zh}");
                for text in [en, zh] {
                    assert!(!text.contains(['(', ')', '&', '|', '<', '>', '^', '"']), "{name}: {text}");
                }
            }
        }
        // Three sessions that are there, not written, not deleted; an earlier capture, no folder, armed; two ends of
        // collecting; traces and a boot log that stay, and the end of disarming.
        assert_eq!(said, 3 * 3 + 3 + 2 + 3);
    }
}
