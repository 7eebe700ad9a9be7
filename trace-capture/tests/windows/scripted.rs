//! The scripts, which need no bootrace.exe on the machine: they do the same to the registry, byte for byte, in both languages.

use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use trace_capture::engine::{arm, disarm};
use trace_capture::machine::Machine;
use trace_capture::messages::Message;
use trace_capture::plan::{self, Options, Plan};
use trace_capture::script::scripts;
use trace_capture::sessions::AUTOLOGGER;

use super::mortal::Mortal;
use super::{export, in_windows, machine, ran, system32};

const TRACES: &str = r"C:\Windows\bootrace\traces";

/// With a console, whose code page the scripts choose, but without its window.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// A way to pick a language, and words of it: armed already, traces that stay, all copied, not all copied, disarmed.
type Language = (fn(&Message) -> &str, [&'static str; 5]);
const LANGUAGES: [Language; 2] = [
    (|m| &m.en, ["is there already", "are not all collected", "Collected in", "Not all traces", "Disarmed."]),
    (|m| &m.zh, ["已存在", "尚未收集的跟踪文件", "已收集到", "未能复制全部跟踪文件", "已还原。"]),
];

/// The scripts in a folder of their own, whose name is not ASCII.
struct Scripts(PathBuf);

/// Copies as robocopy does: folder, to folder, names. Wine's own is a stub that copies nothing and says 16.
const STAND_IN: &str = "@echo off\r\nmkdir \"%~2\" 2>nul\r\ncopy /y \"%~1\\%~3\" \"%~2\" >nul 2>&1\r\n\
    if not exist \"%~2\" exit /b 16\r\nexit /b 1\r\n";

impl Scripts {
    fn write(plan: &Plan, tell: fn(&Message) -> &str) -> Self {
        let folder = std::env::temp_dir().join("bootrace-test-采集");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let help = Command::new(system32("robocopy.exe")).arg("/?").output().unwrap();
        for (name, mut text) in scripts(plan, tell) {
            if help.stdout.is_empty() {
                text = text.replace(r#""%S%\robocopy.exe""#, r#""%S%\cmd.exe" /c %~dp0stand-in.cmd"#);
            }
            std::fs::write(folder.join(name), text).unwrap();
        }
        std::fs::write(folder.join("stand-in.cmd"), STAND_IN).unwrap();
        Self(folder)
    }

    /// Exit code, and what was said.
    fn run(&self, name: &str, args: &[&Path]) -> (Option<i32>, String) {
        let mut command = Command::new(system32("cmd.exe"));
        command.arg("/c").arg(self.0.join(name)).args(args);
        let output = ran(command.creation_flags(CREATE_NO_WINDOW));
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    /// How this cmd says a text. Windows' reads a script in the console's code page; Wine's in another one.
    fn told(&self, text: &str) -> String {
        let script =
            format!("@echo off\r\n\"%SystemRoot%\\System32\\chcp.com\" 65001 >nul\r\necho {text}\r\n");
        std::fs::write(self.0.join("told.cmd"), script).unwrap();
        self.run("told.cmd", &[]).1.trim_end().to_owned()
    }
}

fn plan(machine: &dyn Machine) -> Plan {
    let options = Options { boots: 3, kernel: true, ..Options::default() };
    plan::build(&options, &machine.facts()).unwrap()
}

#[test]
fn the_scripts_write_the_keys_that_arming_writes() {
    let (_one, machine) = machine();
    let before = (export(AUTOLOGGER), in_windows(&*machine));
    let plan = plan(&*machine);
    arm(&Mortal::immortal(&*machine), &plan).unwrap();
    let armed = export(AUTOLOGGER);
    disarm(&*machine, true).unwrap();
    for (tell, [there, .., disarmed]) in LANGUAGES {
        let scripts = Scripts::write(&plan, tell);
        let (_, said) = scripts.run("arm.cmd", &[]);
        assert!(export(AUTOLOGGER) == armed, "arm.cmd: {said}");
        let (code, said) = scripts.run("arm.cmd", &[]);
        assert!(code == Some(2) && said.contains(&scripts.told(there)), "{said}");
        let (_, said) = scripts.run("disarm.cmd", &[Path::new("/discard")]);
        assert!(
            export(AUTOLOGGER) == before.0 && said.contains(&scripts.told(disarmed)),
            "disarm.cmd: {said}"
        );
        assert_eq!(in_windows(&*machine), before.1, "{said}");
        std::fs::remove_dir_all(&scripts.0).unwrap();
    }
}

/// Also without a journal, a trace goes only after it was copied as it is.
#[test]
fn the_scripts_delete_only_what_they_copied() {
    let (_one, machine) = machine();
    let before = in_windows(&*machine);
    let plan = plan(&*machine);
    for (tell, [_, stay, collected, not_collected, disarmed]) in LANGUAGES {
        let scripts = Scripts::write(&plan, tell);
        scripts.run("arm.cmd", &[]);
        let trace = |number: u32| Path::new(TRACES).join(format!("bootrace-file.etl.00{number}"));
        for number in [1, 2] {
            std::fs::write(trace(number), b"a boot").unwrap();
        }
        // A file is where the folder would be.
        let occupied = scripts.0.join("occupied");
        std::fs::write(&occupied, b"").unwrap();
        let (code, said) = scripts.run("collect.cmd", &[&occupied.join("case")]);
        assert!(code == Some(2) && said.contains(&scripts.told(not_collected)), "{said}");
        let (_, said) = scripts.run("disarm.cmd", &[]);
        assert!(trace(1).exists() && said.contains(&scripts.told(stay)), "{said}");
        let out = scripts.0.join("case (1)");
        let (code, said) = scripts.run("collect.cmd", &[&out]);
        assert!(code == Some(0) && said.contains(&scripts.told(collected)), "{said}");
        assert_eq!(std::fs::read(out.join(r"traces\bootrace-file.etl.001")).unwrap(), b"a boot");
        // One more boot, and one whose file grew.
        std::fs::write(trace(2), b"a boot, and more").unwrap();
        std::fs::write(trace(3), b"a boot").unwrap();
        let (_, said) = scripts.run("disarm.cmd", &[]);
        assert_eq!([1, 2, 3].map(|number| trace(number).exists()), [false, true, true], "{said}");
        scripts.run("collect.cmd", &[&scripts.0.join("second")]);
        let (_, said) = scripts.run("disarm.cmd", &[]);
        assert!(said.contains(&scripts.told(disarmed)), "{said}");
        assert_eq!(in_windows(&*machine), before, "{said}");
        std::fs::remove_dir_all(&scripts.0).unwrap();
    }
}
