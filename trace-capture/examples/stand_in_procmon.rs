//! Stands in for Procmon64.exe in tests: knows its switches and its ways of going wrong. What it does is told by a
//! file `stand-in` in its current folder's TEMP: `works`, `fails`, `hangs`, `hangs-with-child`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::Duration;

fn main() -> ExitCode {
    let temp = PathBuf::from(env::var("TEMP").expect("TEMP"));
    let does = fs::read_to_string(temp.join("stand-in")).unwrap_or_default();
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|a| a == "child") {
        loop {
            sleep(Duration::from_millis(50));
            fs::write(temp.join("child-lives"), b"x").expect("write");
        }
    }
    if !args.iter().any(|a| a == "/AcceptEula") {
        // The licence window, with nobody there to click.
        sleep(Duration::from_secs(600));
    }
    match does.trim() {
        "works" => {
            if let Some(at) = args.iter().position(|a| a == "/ConvertBootLog") {
                fs::write(args.get(at + 1).expect("a file after /ConvertBootLog"), b"PML_").expect("write");
            }
            // What it was told, for the test to compare.
            fs::write(temp.join("told"), args.join("\n")).expect("write");
            ExitCode::SUCCESS
        }
        "fails" => ExitCode::from(1),
        "hangs-with-child" => {
            // As the 32-bit Procmon.exe does: unpacks the 64-bit one, starts it, and waits.
            let status =
                Command::new(env::current_exe().expect("own path")).arg("child").status().expect("child");
            ExitCode::from(u8::from(!status.success()))
        }
        _ => {
            sleep(Duration::from_secs(600));
            ExitCode::SUCCESS
        }
    }
}
