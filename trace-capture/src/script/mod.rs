//! The plan as scripts, for machines where no unsigned program may run: they use what Windows brings (reg.exe, logman,
//! wevtutil, robocopy) and Process Monitor.

mod registry;

use crate::collect::items::{From, ITEMS};
use crate::plan::{
    Action, BUNDLES, FOLDER, Plan, SERVICES_KEY, TRACES, WORK, procmon_copy, sessions, shutdown_file,
};
use crate::sessions::size::limit_mb;
use crate::sessions::{BUFFER_KB, FLUSH_SECONDS, Session};

/// Numbers that Process Monitor's driver is looked for under: 23 to 25 were seen.
const DRIVERS: &str = "20 21 22 23 24 25 26 27 28 29 30";

/// The scripts: name and contents, lines ended as cmd wants them.
#[must_use]
pub fn scripts(plan: &Plan) -> [(&'static str, String); 4] {
    let scripts = [
        ("arm.cmd", arm(plan)),
        ("status.cmd", status(plan)),
        ("collect.cmd", collect(plan)),
        ("disarm.cmd", disarm(plan)),
    ];
    scripts.map(|(name, lines)| (name, (HEAD.to_owned() + &lines).replace('\n', "\r\n")))
}

const HEAD: &str = r#"@echo off
setlocal DisableDelayedExpansion
set "S=%SystemRoot%\System32"
"#;
/// Said where something fails that only administrators may do.
const NO_RIGHTS: &str = "open cmd with 'Run as administrator' and run this there";

fn keys(plan: &Plan) -> impl Iterator<Item = String> {
    sessions(&plan.options).map(Session::key)
}

fn procmon(plan: &Plan) -> Option<(String, String)> {
    plan.options.procmon.as_ref().map(|procmon| (procmon.clone(), procmon_copy(procmon)))
}

fn arm(plan: &Plan) -> String {
    let mut text = String::new();
    for key in keys(plan) {
        text += &format!(
            "\"%S%\\reg.exe\" query \"{key}\" >nul 2>&1\nif not errorlevel 1 (\n  echo {key} is there already: run disarm.cmd first.\n  exit /b 2\n)\n"
        );
    }
    text += &format!(
        "if exist \"{TRACES}\\*\" (\n  echo {TRACES} holds an earlier capture: run collect.cmd, then disarm.cmd.\n  exit /b 2\n)\n"
    );
    text += &format!(
        "mkdir \"{TRACES}\"\nmkdir \"{WORK}\"\nif not exist \"{WORK}\" (\n  echo {FOLDER} cannot be made: {NO_RIGHTS}.\n  exit /b 2\n)\n"
    );
    text += &format!(
        "for %%n in ({DRIVERS}) do \"%S%\\reg.exe\" query {SERVICES_KEY}\\PROCMON%%n >nul 2>&1 && echo there>\"{WORK}\\PROCMON%%n\"\n"
    );
    for step in &plan.steps {
        if let Action::WriteKey { key, tree } = &step.action {
            let file = format!(r"{WORK}\{}.reg", key.rsplit('\\').next().unwrap_or(key));
            text += &registry::write(key, tree, &file);
            text += &format!(
                "\"%S%\\reg.exe\" import \"{file}\"\nif errorlevel 1 (\n  echo {key} could not be written: run disarm.cmd.\n  exit /b 2\n)\n"
            );
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
    text + "echo Armed. Install the update, then restart (Restart, not Shut down). After that: collect.cmd, disarm.cmd.\nexit /b 0\n"
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

fn status(plan: &Plan) -> String {
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

fn stop(plan: &Plan) -> String {
    sessions(&plan.options).map(|s| format!("\"%S%\\logman.exe\" stop {} -ets >nul 2>&1\n", s.name)).collect()
}

fn collect(plan: &Plan) -> String {
    let mut text =
        format!("set \"OUT=%~1\"\nif \"%OUT%\"==\"\" set \"OUT={BUNDLES}\\case\"\nmkdir \"%OUT%\" 2>nul\n");
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
            }
            From::Written { program, args } => {
                let out = format!(r"%OUT%\{to}");
                let args: Vec<_> = args.iter().map(|a| format!("\"{}\"", a.replace("{out}", &out))).collect();
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
    text += &format!("echo there>\"{WORK}\\collected\"\n");
    text + "echo Collected in %OUT%. Take the folder away, then run disarm.cmd.\n"
}

fn disarm(plan: &Plan) -> String {
    let mut text = stop(plan);
    for key in keys(plan) {
        text += &format!(
            "\"%S%\\reg.exe\" delete \"{key}\" /f >nul 2>&1\n\"%S%\\reg.exe\" query \"{key}\" >nul 2>&1\nif not errorlevel 1 (\n  echo {key} cannot be deleted: {NO_RIGHTS}.\n  exit /b 2\n)\n"
        );
    }
    if plan.options.procmon.is_some() {
        text += &format!(
            "for %%n in ({DRIVERS}) do if not exist \"{WORK}\\PROCMON%%n\" (\n  \"%S%\\reg.exe\" delete {SERVICES_KEY}\\PROCMON%%n /f >nul 2>&1\n  if exist \"%S%\\drivers\\PROCMON%%n.SYS\" del /f /q \"%S%\\drivers\\PROCMON%%n.SYS\"\n)\n"
        );
    }
    text += &format!(
        "if /i not \"%~1\"==\"/discard\" if not exist \"{WORK}\\collected\" (\n  echo Disarmed. The traces in {TRACES} are not collected and stay: run collect.cmd, or disarm.cmd /discard.\n  exit /b 0\n)\n"
    );
    text += &format!(
        "for %%d in (\"{TRACES}\" \"{WORK}\") do rmdir /s /q %%d 2>nul\ndel /f /q \"{FOLDER}\\Procmon*.exe\" 2>nul\n"
    );
    text + &format!("rmdir \"{FOLDER}\" 2>nul\necho Disarmed.\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::plan::{Options, build};

    fn all(options: &Options) -> [(&'static str, String); 4] {
        scripts(&build(options, &Facts::default()).unwrap())
    }

    /// Programs that the scripts start, without their folder.
    fn programs(text: &str) -> Vec<String> {
        let after = text.split(r"%S%\").skip(1).filter_map(|rest| rest.split('"').next());
        let mut programs: Vec<_> = after.filter(|p| p.ends_with(".exe")).map(str::to_owned).collect();
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
        assert_eq!(programs(&text), ["logman.exe", "reg.exe", "robocopy.exe", "wevtutil.exe"]);
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
}
